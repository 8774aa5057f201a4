import { describe, expect, test } from 'vitest';
import { createRope, readTensor, ropeFrequencies, type StorageArray, uploadTensor } from 'webgpu-rope';
import { rerotateReferenceExact } from 'webgpu-rope/reference';
import { expectContract } from '../support/contract';
import { getDevice, withErrorScope } from '../support/gpu';
import { createRandom, randomTensor } from '../support/random';
import { submitPass } from '../support/rotation-case';

// Tables that switch and grow while encodes that name the old ones are not yet submitted.

const device = await getDevice();
const headDim = 32;
const pairs = headDim / 2;
const numbers = (low: number, high: number) =>
  Array.from({ length: pairs }, (_, i) => low + ((high - low) * i) / pairs);

const longrope = {
  headDim,
  scaling: {
    type: 'longrope',
    shortFactors: numbers(1, 1.5),
    longFactors: numbers(1.2, 9),
    originalPositions: 64,
    factor: 32,
  },
} as const;
const dynamic = { headDim, scaling: { type: 'dynamic', factor: 2, originalPositions: 64 } } as const;

const shape = { heads: 2, headDim, tokens: 3, dtype: 'f32', pairing: 'half' } as const;

function expectRotated(
  before: StorageArray,
  after: StorageArray,
  config: typeof longrope | typeof dynamic,
  length: number,
  start: number,
) {
  const { inverseFrequencies, attentionFactor } = ropeFrequencies(config, length);
  expectContract({
    before,
    after,
    rotations: { ...shape, positions: start, inverseFrequencies, attentionFactor },
  });
}

describe.each([
  ['longrope', longrope],
  ['dynamic', dynamic],
] as const)('%s', (_name, config) => {
  test('encode, switch, encode, one submit: both right; keys are stale exactly when frequencies change', async () => {
    await withErrorScope(device, async (own) => {
      const rope = own(await createRope(device, config, { dtypes: ['f32'], capacity: 1000 }));
      const before = randomTensor('f32', 3 * 2 * headDim, createRandom(2));
      const buffers = [0, 1, 2].map(() => own(uploadTensor(device, before, 'f32')));
      const layers = buffers.map((buffer) => rope.bind({ q: { buffer, heads: 2 }, dtype: 'f32' }));
      submitPass(device, (pass) => {
        layers[0]!.encode(pass, { tokens: 3, start: 20 });
        expect(rope.setSequenceLength(64).staleKeys).toBe(false);
        const old = rope.state;
        const { staleKeys, previous } = rope.setSequenceLength(200);
        expect(staleKeys).toBe(true);
        expect(previous).toBe(old);
        expect(rope.state).not.toBe(old);
        layers[1]!.encode(pass, { tokens: 3, start: 20 });
        expect(rope.setSequenceLength(200).staleKeys).toBe(false);
        expect(rope.setSequenceLength(10).staleKeys).toBe(true);
        // The table of the old length is still there.
        expect(rope.state).toBe(old);
        layers[2]!.encode(pass, { tokens: 3, start: 20 });
      });
      const lengths = [10, 200, 10];
      for (const [i, buffer] of buffers.entries()) {
        expectRotated(before, await readTensor(device, buffer, 'f32'), config, lengths[i] as number, 20);
      }
    });
  });

  test('positions past what the frequencies are for are refused, until the sequence is said to be longer', async () => {
    await withErrorScope(device, async (own) => {
      const rope = own(await createRope(device, config, { dtypes: ['f32'], capacity: 1000 }));
      const buffer = own(uploadTensor(device, new Float32Array(3 * headDim), 'f32'));
      const layer = rope.bind({ q: { buffer, heads: 1 }, dtype: 'f32' });
      expect(rope.capacity).toBe(64);
      submitPass(device, (pass) => {
        layer.encode(pass, { tokens: 3, start: 61 });
        expect(() => layer.encode(pass, { tokens: 3, start: 62 })).toThrow(
          'start: expected positions below the capacity 64, got position 64 (start 62 + 3 tokens - 1)',
        );
        rope.setSequenceLength(65);
        layer.encode(pass, { tokens: 3, start: 62 });
        rope.reserve(2000);
        expect(rope.capacity).toBe(config.scaling.type === 'dynamic' ? 65 : 2000);
      });
    });
  });

  test('createRope for a given length', async () => {
    await withErrorScope(device, async (own) => {
      const rope = own(
        await createRope(device, config, { dtypes: ['f32'], capacity: 1000, sequenceLength: 300 }),
      );
      const before = randomTensor('f32', 3 * 2 * headDim, createRandom(2));
      const buffer = own(uploadTensor(device, before, 'f32'));
      submitPass(device, (pass) =>
        rope.bind({ q: { buffer, heads: 2 }, dtype: 'f32' }).encode(pass, { tokens: 3, start: 250 }),
      );
      expectRotated(before, await readTensor(device, buffer, 'f32'), config, 300, 250);
    });
  });

  test('rerotate brings the keys of the old state to the new one, and moves them too', async () => {
    await withErrorScope(device, async (own) => {
      const rope = own(
        await createRope(device, config, {
          dtypes: ['f32'],
          capacity: 1000,
        }),
      );
      const before = randomTensor('f32', 3 * 2 * headDim, createRandom(2));
      const buffer = own(uploadTensor(device, before, 'f32'));
      const { previous } = rope.setSequenceLength(500);
      submitPass(device, (pass) =>
        rope.rerotate(
          pass,
          { buffer, heads: 2, dtype: 'f32' },
          { tokens: 3, from: { start: 50, state: previous }, to: { start: 10 } },
        ),
      );
      const [from, to] = [ropeFrequencies(config, 0), ropeFrequencies(config, 500)];
      const exact = rerotateReferenceExact(before, {
        ...shape,
        from: { ...from, positions: 50 },
        to: { ...to, positions: 10 },
      });
      const after = await readTensor(device, buffer, 'f32');
      const scale = to.attentionFactor / from.attentionFactor;
      expectContract({
        before,
        after,
        exact,
        relative: 1e-6,
        scale,
        rotations: { ...shape, ...to, positions: 10 },
      });
    });
  });
});

test.each(['two-digit', 'full'] as const)(
  'reserve, %s: encode, grow, encode, one submit, both right',
  async (table) => {
    await withErrorScope(device, async (own) => {
      const rope = own(await createRope(device, { headDim }, { dtypes: ['f32'], table, capacity: 100 }));
      const before = randomTensor('f32', 3 * 2 * headDim, createRandom(2));
      const [a, b] = [own(uploadTensor(device, before, 'f32')), own(uploadTensor(device, before, 'f32'))];
      const bind = (buffer: GPUBuffer) => rope.bind({ q: { buffer, heads: 2 }, dtype: 'f32' });
      submitPass(device, (pass) => {
        bind(a).encode(pass, { tokens: 3, start: 97 });
        expect(() => bind(b).encode(pass, { tokens: 3, start: 98 })).toThrow(RangeError);
        rope.reserve(50);
        expect(rope.capacity).toBe(100);
        rope.reserve(70_000);
        expect(rope.capacity).toBe(70_000);
        bind(b).encode(pass, { tokens: 3, start: 69_997 });
      });
      const { inverseFrequencies } = ropeFrequencies({ headDim });
      for (const [buffer, positions] of [
        [a, 97],
        [b, 69_997],
      ] as const) {
        const after = await readTensor(device, buffer, 'f32');
        expectContract({ before, after, rotations: { ...shape, positions, inverseFrequencies } });
      }
      expect(() => rope.reserve(2 ** 24 + 1)).toThrow(
        'positions: expected an integer in 1..16777216, got 16777217',
      );
    });
  },
);

test('the float32 recipe: phases bit for bit as a float32 multiply makes them', async () => {
  await withErrorScope(device, async (own) => {
    const config = { headDim, theta: 500_000 };
    const rope = own(
      await createRope(device, config, {
        dtypes: ['f32'],
        table: 'full',
        phases: 'float32',
        capacity: 131_072,
      }),
    );
    const before = new Float32Array(2 * headDim).map((_, i) => (i % headDim < pairs ? 1 : 0));
    const buffer = own(uploadTensor(device, before, 'f32'));
    const start = 131_070;
    submitPass(device, (pass) =>
      rope.bind({ q: { buffer, heads: 1 }, dtype: 'f32' }).encode(pass, { tokens: 2, start }),
    );
    const after = await readTensor(device, buffer, 'f32');
    const { inverseFrequencies } = ropeFrequencies(config);
    const one = new Float32Array(1);
    for (let t = 0; t < 2; t++) {
      for (let i = 0; i < pairs; i++) {
        // A float32 multiply, spelt out: both factors and the product rounded to float32.
        one[0] = (start + t) * Math.fround(inverseFrequencies[i]!);
        expect(after[t * headDim + i]).toBe(Math.fround(Math.cos(one[0])));
        expect(after[t * headDim + pairs + i]).toBe(Math.fround(Math.sin(one[0])));
      }
    }
    await expect(createRope(device, config, { phases: 'float32' })).rejects.toThrow(
      'table: expected "full", as phases are float32, got "two-digit"',
    );
  });
});
