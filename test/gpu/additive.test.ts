import { describe, expect, test } from 'vitest';
import { fromStorage, readTensor, ropeDtypes, uploadTensor } from 'webgpu-rope';
import { type AdditiveEncodingInput, createAdditive } from 'webgpu-rope/additive';
import { type AdditiveCase, expectAddition } from '../support/additive-case';
import { fresh, freshCases } from '../support/fresh';
import { getDevice, withErrorScope } from '../support/gpu';
import { createRandom, type Random, randomTensor } from '../support/random';
import { submitPass } from '../support/rotation-case';

const device = await getDevice();

const run = (c: AdditiveCase) =>
  withErrorScope(device, (own) => fresh((random) => expectAddition(device, own, random, c)));

/** Consecutive positions from `start` on, for the encoding and for the reference. */
const from = (start: number) => ({ source: { start }, positions: start });

/** Every kind of row, with `dim` elements. */
const kinds = (dim: number): [name: string, encoding: AdditiveEncodingInput][] => [
  ...(dim % 2 === 0
    ? ([
        ['interleaved', { type: 'sinusoidal', dim }],
        ['concat', { type: 'sinusoidal', dim, layout: 'concat' }],
      ] as [string, AdditiveEncodingInput][])
    : []),
  ['binary', { type: 'binary', dim }],
  ['integer', { type: 'integer', dim }],
];

describe.each(ropeDtypes)('%s', (dtype) => {
  // Odd dims stand in rows of one element more, as no two tokens may share a word.
  test.each([1, 2, 3, 4, 6, 7, 8, 10, 12, 16, 20, 33, 64, 100, 384, 768])(
    'every kind, %i dims',
    async (dim) => {
      for (const [name, encoding] of kinds(dim)) {
        const start = name === 'binary' && dim < 14 ? 0 : 1000;
        const tokens = name === 'binary' && dim < 3 ? 2 ** dim : 5;
        await run({ encoding, dtype, tokens, ...from(start), strides: { token: dim + (dim % 2) }, batch: 2 });
      }
    },
  );

  test.each([
    ['endpoint', { type: 'sinusoidal', dim: 80, layout: 'concat', endpoint: true }],
    ['base 100', { type: 'sinusoidal', dim: 80, base: 100 }],
    ['divisor 4095', { type: 'integer', dim: 8, divisor: 4095 }],
    ['divisor 0.3', { type: 'integer', dim: 7, divisor: 0.3 }],
  ] as [string, AdditiveEncodingInput][])('%s', async (_name, encoding) => {
    const token = encoding.dim + (encoding.dim % 2);
    await run({ encoding, dtype, tokens: 40, ...from(4000), strides: { token } });
  });

  test.each([0, 1, -1, 0.5, 22.627416997969522, -3e-3, 1e30])('scale %d', async (scale) => {
    for (const [, encoding] of kinds(24)) {
      await run({ encoding, dtype, tokens: 7, ...from(77), scale });
    }
  });

  test('a batch in a buffer with rows to spare, from row 3 on', async () => {
    for (const dim of [32, 34]) {
      for (const [, encoding] of kinds(dim)) {
        await run({ encoding, dtype, tokens: 4, batch: 3, capacity: 9, first: 3, ...from(200) });
      }
    }
  });

  test('offsets and strides on 16 bytes, and on words alone', async () => {
    for (const [, encoding] of kinds(32)) {
      const c = { encoding, dtype, tokens: 5, batch: 2, ...from(12) };
      await run({ ...c, offset: 8, strides: { token: 40 } });
      await run({ ...c, offset: 2, strides: { token: 40 } });
      await run({ ...c, offset: 8, strides: { token: 34 } });
      await run({ ...c, strides: { batch: 6 * 32 + 2 } });
    }
  });

  test('tokens outermost: strides of [tokens, batch, dim]', async () => {
    for (const [, encoding] of kinds(24)) {
      await run({ encoding, dtype, tokens: 5, batch: 3, ...from(3), strides: { batch: 24, token: 72 } });
    }
  });

  test('NaN, infinities, zeros, subnormals and the largest values stay within their element', async () => {
    for (const dim of [64, 33]) {
      for (const [, encoding] of kinds(dim)) {
        await run({
          encoding,
          dtype,
          tokens: 16,
          ...from(4000),
          special: true,
          strides: { token: dim + (dim % 2) },
        });
      }
    }
  });

  test.each([131_071, 1_048_571, 2 ** 24 - 5])('position %i', async (start) => {
    for (const [, encoding] of kinds(64)) {
      await run({ encoding, dtype, tokens: 5, ...from(start), options: { capacity: 2 ** 24 } });
    }
  });

  test.each(ropeDtypes)(
    'learned in %s weights, from a buffer and an offset, position 0 in row 2',
    async (stored) => {
      await withErrorScope(device, async (own) => {
        for (const [dim, offset] of [
          [32, 0],
          [32, 96],
          [24, 7],
          [13, 131],
        ] as const) {
          await fresh(async (random) => {
            const rows = 12;
            const table = randomTensor(stored, offset + rows * dim + 1, random);
            const buffer = own(uploadTensor(device, table, stored, { as: 'bits' }));
            const c: AdditiveCase = {
              encoding: { type: 'learned', dim, rows, offset: 2 },
              dtype,
              tokens: 7,
              batch: 2,
              ...from(3),
              scale: 1.5,
              strides: { token: dim + (dim % 2) },
              weights: fromStorage(table, stored).subarray(offset),
              options: { weights: { buffer, dtype: stored, offset } },
            };
            await expectAddition(device, own, random, c);
            // The last row there is.
            await expectAddition(device, own, random, { ...c, tokens: 1, ...from(9) });
          });
        }
      });
    },
  );

  test('learned, a Float32Array that is longer than it has to be', async () => {
    await fresh(async (random) => {
      for (const dim of [48, 5]) {
        const weights = randomTensor('f32', 9 * dim + 3, random) as Float32Array;
        await run({
          encoding: { type: 'learned', dim, rows: 9 },
          dtype,
          tokens: 9,
          ...from(0),
          strides: { token: dim + (dim % 2) },
          weights,
          options: { weights },
        });
      }
    });
  });
});

test('weights are read when the dispatch runs, and stay as they are', async () => {
  await withErrorScope(device, async (own) => {
    const table = Float32Array.from({ length: 12 }, (_, i) => i);
    const buffer = own(uploadTensor(device, table, 'f32'));
    const additive = own(
      await createAdditive(
        device,
        { type: 'learned', dim: 4, rows: 3 },
        { weights: { buffer, dtype: 'f32' } },
      ),
    );
    const x = own(uploadTensor(device, new Float32Array(8), 'f32'));
    const layer = additive.bind({ buffer: x, dtype: 'f32' });
    submitPass(device, (pass) => layer.encode(pass, { tokens: 2, start: 1 }));
    expect([...(await readTensor(device, x, 'f32'))]).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
    device.queue.writeBuffer(buffer, 16, new Float32Array([100]));
    submitPass(device, (pass) => layer.encode(pass, { tokens: 2, start: 1 }));
    expect([...(await readTensor(device, x, 'f32'))]).toEqual([104, 10, 12, 14, 16, 18, 20, 22]);
    additive.destroy();
    expect([...(await readTensor(device, buffer, 'f32'))].slice(0, 5)).toEqual([0, 1, 2, 3, 100]);
  });
});

test('integer rows over a divisor: f32 holds every quotient that it can', async () => {
  await withErrorScope(device, async (own) => {
    for (const divisor of [3, 7, 100, 4095, 1000]) {
      const additive = own(
        await createAdditive(device, { type: 'integer', dim: 1, divisor }, { dtypes: ['f32'] }),
      );
      const tokens = 20_000;
      const x = own(uploadTensor(device, new Float32Array(tokens), 'f32'));
      submitPass(device, (pass) =>
        additive.bind({ buffer: x, dtype: 'f32' }).encode(pass, { tokens, start: 0 }),
      );
      const got = await readTensor(device, x, 'f32');
      for (let p = 0; p < tokens; p++) {
        // A quotient that is a whole number is exact; any other within one ulp: the last of its roundings, and a little.
        const exact = p / divisor;
        const allowed = Number.isInteger(exact) ? 0 : 2 ** (Math.floor(Math.log2(exact)) - 23);
        if (!(Math.abs(got[p]! - exact) <= allowed)) throw new Error(`${p} / ${divisor}: got ${got[p]}`);
      }
    }
  });
});

/** A case drawn at random, the hard shapes as likely as the easy ones. */
function randomCase(random: Random): AdditiveCase {
  const dtype = random.pick(ropeDtypes);
  const axes = random.pick([1, 1, 2, 3, 4]);
  const type = random.pick(['sinusoidal', 'binary', 'integer', 'learned'] as const);
  const tokens = random.pick([1, 2, 3, 7, 13, 31]);
  const block = random.integer(1, random.pick([4, 16, 64]));
  const start = type === 'binary' ? 0 : random.pick([0, 1, 1023, 131_040, 1_048_000]);
  const common = { dtype, tokens, scale: random.pick([1, 1, -2, random.normal()]) };
  const learned = { type: 'learned', dim: block, rows: tokens + 5, offset: 2 } as const;
  const sinusoidal = {
    type: 'sinusoidal',
    dim: 2 * block * axes,
    axes,
    layout: random.pick(['interleaved', 'concat'] as const),
    base: random.pick([100, 10_000]),
    endpoint: block > 1 && random.next() < 0.5,
  } as const;
  const other = { type, dim: Math.max(block, 5) * axes, axes } as { type: 'binary' | 'integer'; dim: number };
  const encoding: AdditiveEncodingInput =
    type === 'learned' ? learned : type === 'sinusoidal' ? sinusoidal : other;
  const { dim } = encoding;
  const word = dtype === 'f32' ? 1 : 2;
  const even = dim + (dtype === 'f32' ? 0 : dim % 2);
  const first = random.pick([0, 0, 3]);
  const weights = randomTensor('f32', learned.rows * learned.dim, random) as Float32Array;
  return {
    ...common,
    encoding,
    batch: random.pick([1, 1, 2, 3]),
    offset: random.pick([0, 0, word, 4 * word, 17 * word]),
    strides: { token: even + random.pick([0, 0, word, 4 * word]) },
    first,
    capacity: first + tokens + random.integer(0, 4),
    ...from(type === 'learned' ? 3 : start),
    ...(type === 'learned' ? { weights, options: { weights } } : {}),
    special: random.next() < 0.3,
  };
}

test('80 random cases, fresh each run', async () => {
  await freshCases(80, async (random) => {
    const c = randomCase(random);
    // 5 bits serve 32 positions.
    await withErrorScope(device, (own) => expectAddition(device, own, random, c));
  });
});

test('the same input gives the same bits, as chunks and as words', async () => {
  await withErrorScope(device, async (own) => {
    for (const dtype of ropeDtypes) {
      const c: AdditiveCase = {
        encoding: { type: 'sinusoidal', dim: 64 },
        dtype,
        tokens: 16,
        ...from(77_777),
      };
      const [a, b] = [
        await expectAddition(device, own, createRandom(5), c),
        await expectAddition(device, own, createRandom(5), { ...c, strides: { token: 64, batch: 1026 } }),
      ];
      expect(a).toEqual(b);
    }
  });
});

test('equal encodes add up: nothing is kept between them', async () => {
  await withErrorScope(device, async (own) => {
    const additive = own(await createAdditive(device, { type: 'integer', dim: 4 }, { dtypes: ['f16'] }));
    const buffer = own(uploadTensor(device, new Float32Array(8), 'f16'));
    const layer = additive.bind({ buffer, dtype: 'f16' });
    submitPass(device, (pass) => {
      for (let i = 0; i < 3; i++) layer.encode(pass, { tokens: 2, start: 5 });
      layer.encode(pass, { tokens: 2, start: 5, scale: -2 });
    });
    const got = fromStorage(await readTensor(device, buffer, 'f16'), 'f16');
    expect([...got]).toEqual([5, 5, 5, 5, 6, 6, 6, 6]);
  });
});
