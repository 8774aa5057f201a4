import { expect, test } from 'vitest';
import {
  axial,
  coordinatePositions,
  createTokenTable,
  glmPositions,
  permutePairing,
  readTensor,
  ropeConfigFromHuggingFace,
  uploadTensor,
} from 'webgpu-rope';
import { fresh } from '../support/fresh';
import { getDevice, withErrorScope } from '../support/gpu';
import { type Random, randomTensor } from '../support/random';
import { submitPass } from '../support/rotation-case';
import { words } from '../support/words';

// Presets against the formulas of the models' own code, written here once more.

const device = await getDevice();

/** As `rotate_half` does it: element i with i + length / 2, by angle i. */
function rotatedHalf(x: readonly number[], angles: readonly number[]): number[] {
  const half = x.length / 2;
  return x.map((value, i) => {
    const angle = angles[i % half]!;
    const partner = i < half ? -x[i + half]! : x[i - half]!;
    return value * Math.cos(angle) + partner * Math.sin(angle);
  });
}

const expectNear = (got: ArrayLike<number>, expected: readonly number[], tolerance: number): void => {
  expect(got.length).toBe(expected.length);
  const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(got[i]! - value)), 0);
  expect(worst).toBeLessThan(tolerance);
};

test('DINOv3: angles are 2 pi times coordinates times 100^(-4i / headDim), rows before columns; the prefix stays', () =>
  fresh((random) =>
    withErrorScope(device, async (own) => {
      const [height, width, prefix, heads, headDim] = [random.integer(1, 9), random.integer(1, 9), 5, 2, 64];
      const tokens = prefix + height * width;
      const config = { model_type: 'dinov3_vit', hidden_size: 384, num_attention_heads: 6, rope_theta: 100 };
      const table = own(
        await createTokenTable(device, ropeConfigFromHuggingFace(config), { tokens, dtypes: ['f32'] }),
      );
      const ids = own(
        uploadTensor(device, coordinatePositions({ height, width, prefix }), 'f32', { as: 'bits' }),
      );
      const before = randomTensor('f32', tokens * heads * headDim, random) as Float32Array;
      const buffer = own(uploadTensor(device, before, 'f32'));
      submitPass(device, (pass) => {
        table.encode(pass, { tokens, positions: { type: 'ids', buffer: ids, format: 'f32' } });
        table.rope
          .bind({ q: { buffer, heads }, dtype: 'f32' })
          .encode(pass, { tokens, positions: table.positions });
      });
      const inverse = Array.from({ length: headDim / 4 }, (_, i) => 100 ** ((-4 * i) / headDim));
      const expected = Array.from({ length: tokens * heads }, (_, row) => {
        const head = [...before.subarray(row * headDim, (row + 1) * headDim)];
        const patch = Math.floor(row / heads) - prefix;
        if (patch < 0) return head;
        const y = 2 * ((Math.floor(patch / width) + 0.5) / height) - 1;
        const x = 2 * (((patch % width) + 0.5) / width) - 1;
        return rotatedHalf(
          head,
          [y, x].flatMap((coordinate) => inverse.map((frequency) => 2 * Math.PI * coordinate * frequency)),
        );
      }).flat();
      // Coordinates are rounded to float32: 2^-24 of them times 2 pi; elements are up to 5000.
      expectNear(await readTensor(device, buffer, 'f32'), expected, 5000 * 2 * Math.PI * 2 ** -23);
    }),
  ));

test('ChatGLM-6B: with permuted weights scores are those of its own rotation, half by half', () =>
  fresh((random) =>
    withErrorScope(device, async (own) => {
      const [tokens, heads, headDim, columns] = [12, 2, 32, 16];
      const positions = glmPositions({ tokens, sequences: [{ context: 7, mask: 5 }] });
      const x = normals(random, tokens * columns);
      const [wq, wk] = [0, 1].map(() => Float32Array.from(normals(random, heads * headDim * columns)));
      const options = {
        heads: 2 * heads,
        headDim: headDim / 2,
        columns,
        from: 'half',
        to: 'interleaved',
      } as const;
      const config = { headDim, pairing: 'interleaved', axes: axial(headDim) } as const;
      const table = own(await createTokenTable(device, config, { tokens, dtypes: ['f32'] }));
      const ids = words(device, own, positions);
      const [q, k] = [wq!, wk!].map((weight) => {
        const rows = projected(x, permutePairing(weight, options) as Float32Array, columns);
        return own(uploadTensor(device, Float32Array.from(rows), 'f32'));
      });
      submitPass(device, (pass) => {
        table.encode(pass, { tokens, positions: { type: 'ids', buffer: ids } });
        const layer = table.rope.bind({ q: { buffer: q!, heads }, k: { buffer: k!, heads }, dtype: 'f32' });
        layer.encode(pass, { tokens, positions: table.positions });
      });
      const frequencies = Array.from({ length: headDim / 4 }, (_, i) => 10_000 ** ((-4 * i) / headDim));
      const own2d = (weight: Float32Array): number[] =>
        inHeads(projected(x, weight, columns), headDim).flatMap((head, row) => {
          const token = Math.floor(row / heads);
          return [0, 1].flatMap((axis) =>
            rotatedHalf(
              head.slice((axis * headDim) / 2, ((axis + 1) * headDim) / 2),
              frequencies.map((frequency) => positions[axis * tokens + token]! * frequency),
            ),
          );
        });
      const [gotQ, gotK] = await Promise.all([q!, k!].map((buffer) => readTensor(device, buffer, 'f32')));
      const got = scores([...(gotQ as Float32Array)], [...(gotK as Float32Array)], headDim);
      // 32 products of numbers of up to 20, each off by 5e-7 of it twice.
      expectNear(got, scores(own2d(wq!), own2d(wk!), headDim), 32 * 20 * 20 * 1e-6);
    }),
  ));

const normals = (random: Random, length: number): number[] => Array.from({ length }, () => random.normal());

const inHeads = (x: readonly number[], headDim: number): number[][] =>
  Array.from({ length: x.length / headDim }, (_, i) => x.slice(i * headDim, (i + 1) * headDim));

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);

/** `x` [tokens, columns] times the rows of a weight. */
function projected(x: readonly number[], weight: Float32Array, columns: number): number[] {
  const rows = inHeads([...weight], columns);
  return inHeads(x, columns).flatMap((token) => rows.map((row) => dot(token, row)));
}

/** Of every head with every other, whatever their tokens. */
const scores = (q: readonly number[], k: readonly number[], headDim: number): number[] => {
  const keys = inHeads(k, headDim);
  return inHeads(q, headDim).flatMap((query) => keys.map((key) => dot(query, key)));
};
