import { describe, expect, test } from 'vitest';
import {
  createRope,
  mropeSections,
  type Pairing,
  type RopeCaches,
  readTensor,
  ropeFrequencies,
  uploadTensor,
} from 'webgpu-rope';
import { expectContract } from '../support/contract';
import { getDevice, withErrorScope } from '../support/gpu';
import { goldenOnnx, ONNX_TOLERANCE, onnxOptions } from '../support/onnx';
import { createRandom, randomTensor } from '../support/random';
import { submitPass } from '../support/rotation-case';
import { words } from '../support/words';

const device = await getDevice();

describe("ONNX's RotaryEmbedding, by the caches of each case", () => {
  for (const golden of goldenOnnx) {
    test.each(['Float32Array', 'GPUBuffer'] as const)(`${golden.name}: %s`, async (kind) => {
      await withErrorScope(device, async (own) => {
        const options = onnxOptions(golden);
        const { headDim, rotaryDim, pairing, heads, tokens, batch = 1, layout } = options;
        const [cos, sin] = [options.cosCache as Float32Array, options.sinCache as Float32Array];
        const cache = (values: Float32Array) =>
          kind === 'GPUBuffer' ? own(uploadTensor(device, values, 'f32')) : values;
        const caches = {
          headDim,
          rotaryDim,
          pairing,
          cosCache: cache(cos),
          sinCache: cache(sin),
        } as RopeCaches;
        const rope = own(await createRope(device, caches, { dtypes: ['f32'] }));
        expect(rope.capacity).toBe(cos.length / ((rotaryDim as number) / 2));
        const buffer = own(uploadTensor(device, golden.inputs.input.data, 'f32'));
        const ids = Int32Array.from(options.positions as readonly number[]);
        const idBuffer = words(device, own, ids);
        const layer = rope.bind({ q: { buffer, heads, ...(layout ? { layout } : {}) }, dtype: 'f32' });
        const perSequence = ids.length === batch * tokens;
        submitPass(device, (pass) =>
          layer.encode(pass, { tokens, batch, positions: { type: 'ids', buffer: idBuffer, perSequence } }),
        );
        const after = await readTensor(device, buffer, 'f32');
        golden.output.data.forEach((expected, i) => {
          const error = Math.abs((after[i] as number) - expected);
          if (!(error <= ONNX_TOLERANCE)) throw new Error(`element ${i}: ${after[i]}, expected ${expected}`);
        });
      });
    });
  }
});

describe('caches of any numbers', () => {
  const headDim = 32;
  const pairs = headDim / 2;
  const rows = 9;
  const random = createRandom(12);
  const cos = Float32Array.from({ length: rows * pairs }, () => random.normal());
  const sin = Float32Array.from({ length: rows * pairs }, () => random.normal());
  const both = new Float32Array(rows * headDim);
  for (let row = 0; row < rows; row++) {
    both.set(cos.subarray(row * pairs, (row + 1) * pairs), row * headDim);
    both.set(sin.subarray(row * pairs, (row + 1) * pairs), row * headDim + pairs);
  }

  test.each([
    ['split', { cosCache: cos, sinCache: sin }],
    ['combined', { cosSinCache: both }],
  ])('%s: rotated by them, and un-rotated', async (_name, caches) => {
    await withErrorScope(device, async (own) => {
      const rope = own(await createRope(device, { headDim, ...caches }, { dtypes: ['f32', 'f16'] }));
      for (const dtype of ['f32', 'f16'] as const) {
        for (const inverse of [false, true]) {
          const before = randomTensor(dtype, 4 * 2 * headDim, random);
          const buffer = own(uploadTensor(device, before, dtype, { as: 'bits' }));
          const layer = rope.bind({ q: { buffer, heads: 2 }, dtype });
          submitPass(device, (pass) => layer.encode(pass, { tokens: 4, start: 5, inverse }));
          expectContract({
            before,
            after: await readTensor(device, buffer, dtype),
            // Un-rotating divides by cos^2 + sin^2 as well: two more roundings of each.
            ...(inverse ? { relative: 1e-6 } : {}),
            rotations: {
              dtype,
              heads: 2,
              headDim,
              pairing: 'half',
              tokens: 4,
              positions: 5,
              cosCache: cos,
              sinCache: sin,
              inverse,
            },
          });
        }
      }
    });
  });

  test('with several axes: each pair by the row of its own position; of the last elements of a head', async () => {
    await withErrorScope(device, async (own) => {
      const axes = mropeSections([6, 5, 5]);
      const wide = headDim + 8;
      const caches = {
        headDim: wide,
        rotaryDim: headDim,
        placement: 'last',
        cosCache: cos,
        sinCache: sin,
        axes,
      };
      const rope = own(await createRope(device, caches as RopeCaches, { dtypes: ['f32'] }));
      const positions = [
        [0, 8, -1, 3],
        [5, 0, 2, 3],
        [1, 7, 2, 8],
      ];
      const before = randomTensor('f32', 4 * 2 * wide, random);
      const buffer = own(uploadTensor(device, before, 'f32'));
      const ids = words(device, own, positions.flat());
      const layer = rope.bind({ q: { buffer, heads: 2 }, dtype: 'f32' });
      submitPass(device, (pass) =>
        layer.encode(pass, { tokens: 4, positions: { type: 'ids', buffer: ids } }),
      );
      expectContract({
        before,
        after: await readTensor(device, buffer, 'f32'),
        rotations: {
          ...{
            dtype: 'f32',
            heads: 2,
            headDim: wide,
            rotaryDim: headDim,
            placement: 'last',
            pairing: 'half',
          },
          ...{ tokens: 4, positions, pairAxis: axes.pairAxis, cosCache: cos, sinCache: sin },
        },
      });
    });
  });

  /** As Hugging Face has them: each number twice. */
  function doubled(numbers: Float32Array, pairing: Pairing): Float32Array {
    const all = new Float32Array(2 * numbers.length);
    numbers.forEach((number, i) => {
      const [row, pair] = [Math.floor(i / pairs), i % pairs];
      const [first, step] = pairing === 'half' ? [pair, pairs] : [2 * pair, 1];
      for (const at of [first, first + step]) all[row * headDim + at] = number;
    });
    return all;
  }

  test.each(['half', 'interleaved'] as const)(
    '%s: rows of full width rotate as those of half the width',
    async (pairing) => {
      await withErrorScope(device, async (own) => {
        const before = randomTensor('f32', 4 * headDim, random);
        const rotated = async (caches: Omit<RopeCaches, 'headDim'>) => {
          const rope = own(await createRope(device, { headDim, pairing, ...caches }, { dtypes: ['f32'] }));
          expect(rope.capacity).toBe(rows);
          const buffer = own(uploadTensor(device, before, 'f32'));
          const layer = rope.bind({ q: { buffer, heads: 1 }, dtype: 'f32' });
          submitPass(device, (pass) => layer.encode(pass, { tokens: 4, start: 5 }));
          return readTensor(device, buffer, 'f32');
        };
        const half = await rotated({ cosCache: cos, sinCache: sin, width: pairs });
        const [cosCache, sinCache] = [doubled(cos, pairing), doubled(sin, pairing)];
        expect(await rotated({ cosCache, sinCache, width: headDim })).toEqual(half);
      });
    },
  );

  test('tables of one number throughout are of the width that is said', async () => {
    const [cosCache, sinCache] = [new Float32Array(4 * headDim).fill(1), new Float32Array(4 * headDim)];
    for (const [width, capacity] of [
      [undefined, 8],
      [16, 8],
      [32, 4],
    ] as const) {
      const caches = { headDim, cosCache, sinCache, ...(width ? { width } : {}) };
      const rope = await createRope(device, caches, { dtypes: ['f32'] });
      expect(rope.capacity).toBe(capacity);
      rope.destroy();
    }
  });

  const refused: [name: string, config: unknown, options: object, message: string | RegExp][] = [
    [
      'no sines',
      { headDim, cosCache: cos },
      {},
      'sinCache: expected a Float32Array or a GPUBuffer, got undefined',
    ],
    [
      'fewer sines',
      { headDim, cosCache: cos, sinCache: sin.subarray(1) },
      {},
      'sinCache: expected 144 elements, as cosCache, got 143',
    ],
    [
      'no whole row',
      { headDim, cosSinCache: both.subarray(1) },
      {},
      'cosSinCache: expected rows of 32 elements, got 287',
    ],
    [
      'both kinds',
      { headDim, cosSinCache: both, cosCache: cos },
      {},
      /^cosSinCache: expected none beside cosCache/,
    ],
    [
      'a base beside the caches',
      { headDim, cosSinCache: both, theta: 3 },
      {},
      'config: expected only cosCache, sinCache, cosSinCache, width, headDim, rotaryDim, pairing, placement, axes, got "theta"',
    ],
    [
      'rows of full width that nothing says',
      { headDim, cosCache: doubled(cos, 'half'), sinCache: doubled(sin, 'half') },
      {},
      'width: expected 32, as cosCache, got undefined',
    ],
    [
      'the same, interleaved',
      {
        ...{ headDim, pairing: 'interleaved' },
        cosCache: doubled(cos, 'interleaved'),
        sinCache: doubled(sin, 'interleaved'),
      },
      {},
      'width: expected 32, as cosCache, got undefined',
    ],
    [
      'a full width that the numbers do not have',
      { headDim, cosCache: cos, sinCache: sin, width: 32 },
      {},
      'width: expected 16, as cosCache, got 32',
    ],
    [
      'another width',
      { headDim, cosCache: cos, sinCache: sin, width: 24 },
      {},
      'width: expected 16, as cosCache, got 24',
    ],
    [
      'a capacity beside the caches',
      { headDim, cosSinCache: both },
      { capacity: 3 },
      'capacity: expected none, as the tables are your own, got 3',
    ],
  ];
  test.each(refused)('refused: %s', async (_name, config, options, message) => {
    const creation = createRope(device, config as RopeCaches, { ...options });
    await expect(creation).rejects.toThrow(message);
  });
});

test('a table of our own made, brought back as a cache: the same rotation', async () => {
  await withErrorScope(device, async (own) => {
    const headDim = 64;
    const { inverseFrequencies } = ropeFrequencies({ headDim });
    const rows = 100;
    const angle = (i: number) => Math.floor(i / 32) * (inverseFrequencies[i % 32] as number);
    const cosCache = Float32Array.from({ length: rows * 32 }, (_, i) => Math.cos(angle(i)));
    const sinCache = Float32Array.from({ length: rows * 32 }, (_, i) => Math.sin(angle(i)));
    const before = randomTensor('f32', 10 * headDim, createRandom(5));
    const results = [];
    for (const rope of [
      own(await createRope(device, { headDim, cosCache, sinCache }, { dtypes: ['f32'] })),
      own(await createRope(device, { headDim }, { dtypes: ['f32'], table: 'full', capacity: rows })),
    ]) {
      const buffer = own(uploadTensor(device, before, 'f32'));
      submitPass(device, (pass) =>
        rope.bind({ q: { buffer, heads: 1 }, dtype: 'f32' }).encode(pass, { tokens: 10, start: 90 }),
      );
      results.push(await readTensor(device, buffer, 'f32'));
    }
    expect(results[0]).toEqual(results[1]);
  });
});
