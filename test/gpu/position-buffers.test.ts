import { expect, test } from 'vitest';
import {
  axial,
  createRope,
  type RopePositions,
  readTensor,
  ropeFrequencies,
  uploadTensor,
} from 'webgpu-rope';
import { rerotateReferenceExact } from 'webgpu-rope/reference';
import { expectContract } from '../support/contract';
import { fresh } from '../support/fresh';
import { getDevice, withErrorScope } from '../support/gpu';
import { randomTensor } from '../support/random';
import { submitPass } from '../support/rotation-case';
import { words } from '../support/words';

// Buffers of positions one call after the other: what is bound is what the call names, and all of it is there.

const device = await getDevice();
const headDim = 16;
const { inverseFrequencies } = ropeFrequencies({ headDim });
const shape = { heads: 1, headDim, tokens: 2, dtype: 'f32', pairing: 'half' } as const;

test('two moves to the same ids from others: each from its own', () =>
  fresh((random) =>
    withErrorScope(device, async (own) => {
      const rope = own(await createRope(device, { headDim }, { dtypes: ['f32'], capacity: 4096 }));
      const to = words(device, own, [7, 3000]);
      const origins = [
        [5, 6],
        [1000, 2000],
      ] as const;
      const keys = origins.map(() => randomTensor('f32', 2 * headDim, random));
      const buffers = keys.map((before) => own(uploadTensor(device, before, 'f32')));
      submitPass(device, (pass) => {
        for (const [i, from] of origins.entries()) {
          const tensor = { buffer: buffers[i]!, heads: 1, dtype: 'f32' } as const;
          rope.rerotate(pass, tensor, {
            tokens: 2,
            from: { positions: { type: 'ids', buffer: words(device, own, from) } },
            to: { positions: { type: 'ids', buffer: to } },
          });
        }
      });
      for (const [i, from] of origins.entries()) {
        const turns = {
          from: { positions: from, inverseFrequencies },
          to: { positions: [7, 3000], inverseFrequencies },
        };
        const before = keys[i]!;
        const exact = rerotateReferenceExact(before, { ...shape, ...turns });
        const after = await readTensor(device, buffers[i]!, 'f32');
        expectContract({
          before,
          after,
          exact,
          relative: 1e-6,
          scale: 1,
          rotations: { ...shape, ...turns.to },
        });
      }
    }),
  ));

test('ragged sequences with the same indptr and other offsets: each by its own', () =>
  fresh((random) =>
    withErrorScope(device, async (own) => {
      const rope = own(await createRope(device, { headDim }, { dtypes: ['f32'], capacity: 4096 }));
      const indptr = words(device, own, [0, 1, 2]);
      const offsets = [
        [3, 900],
        [2000, 40],
      ] as const;
      const inputs = offsets.map(() => randomTensor('f32', 2 * headDim, random));
      const buffers = inputs.map((before) => own(uploadTensor(device, before, 'f32')));
      submitPass(device, (pass) => {
        for (const [i, each] of offsets.entries()) {
          const layer = rope.bind({ q: { buffer: buffers[i]!, heads: 1 }, dtype: 'f32' });
          const positions: RopePositions = {
            type: 'ragged',
            indptr,
            offsets: words(device, own, each),
            sequences: 2,
          };
          layer.encode(pass, { tokens: 2, positions });
        }
      });
      for (const [i, positions] of offsets.entries()) {
        const after = await readTensor(device, buffers[i]!, 'f32');
        expectContract({ before: inputs[i]!, after, rotations: { ...shape, positions, inverseFrequencies } });
      }
    }),
  ));

test('ids that end a word early are refused, on every axis', () =>
  withErrorScope(device, async (own) => {
    const one = own(await createRope(device, { headDim }, { dtypes: ['f32'] }));
    const two = own(await createRope(device, { headDim, axes: axial(headDim) }, { dtypes: ['f32'] }));
    const buffer = own(uploadTensor(device, new Float32Array(6 * headDim), 'f32'));
    submitPass(device, (pass) => {
      const encode = (rope: typeof one, count: number, tokens: number) => () =>
        rope.bind({ q: { buffer, heads: 1 }, dtype: 'f32' }).encode(pass, {
          tokens,
          positions: { type: 'ids', buffer: words(device, own, Array(count).fill(1)) },
        });
      expect(encode(one, 5, 6)).toThrow(
        new RangeError('positions.buffer: expected >= 24 bytes for [6] of i32, buffer has 20'),
      );
      expect(encode(two, 5, 3)).toThrow(
        new RangeError('positions.buffer: expected >= 24 bytes for [2, 3] of i32, buffer has 20'),
      );
      encode(one, 6, 6)();
      encode(two, 6, 3)();
    });
  }));
