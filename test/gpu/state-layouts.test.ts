import { expect, test } from 'vitest';
import { createRope, readTensor, ropeFrequencies, uploadTensor } from 'webgpu-rope';
import { rerotateReferenceExact } from 'webgpu-rope/reference';
import { expectContract } from '../support/contract';
import { fresh } from '../support/fresh';
import { getDevice, withErrorScope } from '../support/gpu';
import { randomTensor } from '../support/random';
import { submitPass } from '../support/rotation-case';

// States of a rope whose tables are laid out differently, or differ in their frequencies alone.

const device = await getDevice();
const headDim = 32;
const shape = { heads: 2, headDim, tokens: 3, dtype: 'f32', pairing: 'half' } as const;
const { inverseFrequencies } = ropeFrequencies({ headDim });

test.each(['start', 'ids'] as const)(
  'keys of an older, smaller table are read by its own layout: from %s',
  (kind) =>
    fresh((random) =>
      withErrorScope(device, async (own) => {
        const rope = own(await createRope(device, { headDim }, { dtypes: ['f32'], capacity: 1000 }));
        const older = rope.state;
        rope.reserve(500_000);
        expect(rope.state).not.toBe(older);
        const before = randomTensor('f32', 3 * 2 * headDim, random);
        const buffer = own(uploadTensor(device, before, 'f32'));
        const ids = own(
          device.createBuffer({ size: 12, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST }),
        );
        device.queue.writeBuffer(ids, 0, Uint32Array.of(700, 701, 702));
        const from = kind === 'start' ? { start: 700 } : { positions: { type: 'ids', buffer: ids } as const };
        const to = random.integer(100_000, 400_000);
        submitPass(device, (pass) => {
          const tensor = { buffer, heads: 2, dtype: 'f32' } as const;
          rope.rerotate(pass, tensor, { tokens: 3, from: { ...from, state: older }, to: { start: to } });
        });
        const exact = rerotateReferenceExact(before, {
          ...shape,
          from: { positions: 700, inverseFrequencies },
          to: { positions: to, inverseFrequencies },
        });
        const after = await readTensor(device, buffer, 'f32');
        const rotations = { ...shape, inverseFrequencies, positions: to };
        expectContract({ before, after, exact, relative: 1e-6, scale: 1, rotations });
      }),
    ),
);

test('a delta that takes the last token past the capacity is refused by its name', () =>
  withErrorScope(device, async (own) => {
    const rope = own(await createRope(device, { headDim }, { dtypes: ['f32'], capacity: 32 }));
    const buffer = own(uploadTensor(device, new Float32Array(4 * headDim), 'f32'));
    const tensor = { buffer, heads: 1, dtype: 'f32' } as const;
    submitPass(device, (pass) => {
      const move = (delta: number) => () =>
        rope.rerotate(pass, tensor, { tokens: 4, from: { start: 20 }, to: { delta } });
      expect(move(9)).toThrow(
        new RangeError(
          'to.delta: expected positions in 0..31 (the capacity) for 4 tokens from from.start 20 on, got 9',
        ),
      );
      expect(move(-21)).toThrow(/^to\.delta: expected positions in 0\.\.31/);
      move(8)();
    });
  }));

test('two lengths past the table: as many positions, other frequencies', () =>
  fresh((random) =>
    withErrorScope(device, async (own) => {
      const config = { headDim, scaling: { type: 'dynamic', factor: 2, originalPositions: 64 } } as const;
      const rope = own(await createRope(device, config, { dtypes: ['f32'], capacity: 256 }));
      rope.setSequenceLength(300);
      const older = rope.state;
      expect(rope.setSequenceLength(500).staleKeys).toBe(true);
      expect(rope.state).not.toBe(older);
      const before = randomTensor('f32', 3 * 2 * headDim, random);
      const buffer = own(uploadTensor(device, before, 'f32'));
      const layer = rope.bind({ q: { buffer, heads: 2 }, dtype: 'f32' });
      submitPass(device, (pass) => layer.encode(pass, { tokens: 3, start: 40 }));
      const frequencies = ropeFrequencies(config, 500);
      const after = await readTensor(device, buffer, 'f32');
      expectContract({ before, after, rotations: { ...shape, positions: 40, ...frequencies } });
    }),
  ));
