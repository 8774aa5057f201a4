import { describe, expect, test } from 'vitest';
import { createRope, fromStorage, type Rope, readTensor, uploadTensor } from 'webgpu-rope';
import { getDevice, withErrorScope } from '../support/gpu';
import { createRandom } from '../support/random';
import { submitPass } from '../support/rotation-case';

// What holds for any rotation, whatever a reference says.

const device = await getDevice();
const headDim = 128;
const eps = 2 ** -24;

const values = (seed: number, length: number): Float32Array => {
  const random = createRandom(seed);
  return Float32Array.from({ length }, () => random.normal());
};

/** One head, rotated to each of the positions. */
async function rotatedTo(
  rope: Rope,
  head: Float32Array,
  positions: readonly number[],
): Promise<Float64Array[]> {
  const rows = new Float32Array(head.length * positions.length);
  positions.forEach((_, row) => {
    rows.set(head, row * head.length);
  });
  const buffer = uploadTensor(device, rows, 'f32');
  const layer = rope.bind({ q: { buffer, heads: 1 }, dtype: 'f32' });
  submitPass(device, (pass) => {
    positions.forEach((start, row) => {
      layer.encode(pass, { tokens: 1, start, qFirst: row });
    });
  });
  const after = fromStorage(await readTensor(device, buffer, 'f32'), 'f32');
  buffer.destroy();
  return positions.map((_, row) => after.slice(row * head.length, (row + 1) * head.length));
}

describe.each(['half', 'interleaved'] as const)('%s', (pairing) => {
  const withRope = (body: (rope: Rope) => Promise<void>): Promise<void> =>
    withErrorScope(device, async (own) => {
      await body(own(await createRope(device, { headDim, pairing, theta: 5e5 }, { dtypes: ['f32'] })));
    });
  const pairOf = (i: number): [number, number] =>
    pairing === 'half' ? [i, i + headDim / 2] : [2 * i, 2 * i + 1];

  test('position 0 is the identity, to the bit', () =>
    withRope(async (rope) => {
      const head = values(1, headDim);
      const [after] = await rotatedTo(rope, head, [0]);
      expect(Float32Array.from(after!)).toEqual(head);
    }));

  test('the length of each pair is kept', () =>
    withRope(async (rope) => {
      const head = values(2, headDim);
      const positions = [1, 1023, 1024, 131_071, 1_048_575];
      const rotated = await rotatedTo(rope, head, positions);
      rotated.forEach((after, row) => {
        for (let i = 0; i < headDim / 2; i++) {
          const [x, y] = pairOf(i);
          const before = Math.hypot(head[x]!, head[y]!);
          const error = Math.abs(Math.hypot(after[x]!, after[y]!) - before);
          // Table and product: 5 eps of cos and sin, 3 of the rotation.
          if (!(error <= 8 * eps * before))
            throw new Error(`position ${positions[row]}, pair ${i}: off by ${error}`);
        }
      });
    }));

  test('q·k depends on the difference of the positions alone', () =>
    withRope(async (rope) => {
      const [q, k] = [values(3, headDim), values(4, headDim)];
      const shifts = [0, 1, 700, 131_000, 1_048_000];
      for (const difference of [0, 1, 37, 500]) {
        const qs = await rotatedTo(
          rope,
          q,
          shifts.map((shift) => shift + difference),
        );
        const ks = await rotatedTo(rope, k, shifts);
        const dots = shifts.map((_, row) => qs[row]!.reduce((sum, x, i) => sum + x * ks[row]![i]!, 0));
        // Each rotated pair is within 8 eps of its length, on both sides.
        const norm = Math.hypot(...q) * Math.hypot(...k);
        for (const dot of dots) expect(Math.abs(dot - dots[0]!)).toBeLessThanOrEqual(2 * 2 * 8 * eps * norm);
      }
    }));
});
