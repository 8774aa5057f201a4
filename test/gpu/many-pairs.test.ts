import { expect, test } from 'vitest';
import {
  axial,
  createRope,
  type RopePositions,
  readTensor,
  ropeFrequencies,
  uploadTensor,
  videoGridPositions,
} from 'webgpu-rope';
import { expectContract } from '../support/contract';
import { fresh } from '../support/fresh';
import { getDevice, withErrorScope } from '../support/gpu';
import { randomTensor } from '../support/random';
import { submitPass } from '../support/rotation-case';
import { words } from '../support/words';

// Axes of more pairs than a vector of words holds, and a grid of several frames.

const device = await getDevice();
const tokens = 24;

/** Rotates two heads by positions on three axes, and compares with the reference. */
async function expectTurned(
  headDim: number,
  positionsOf: (ids: GPUBuffer) => RopePositions,
  ids: Int32Array,
) {
  await fresh((random) =>
    withErrorScope(device, async (own) => {
      const axes = axial(headDim, 3);
      const rope = own(await createRope(device, { headDim, axes }, { dtypes: ['f32'], capacity: 4096 }));
      const before = randomTensor('f32', tokens * 2 * headDim, random);
      const buffer = own(uploadTensor(device, before, 'f32'));
      const idBuffer = words(device, own, ids);
      const layer = rope.bind({ q: { buffer, heads: 2 }, dtype: 'f32' });
      submitPass(device, (pass) => layer.encode(pass, { tokens, positions: positionsOf(idBuffer) }));
      const { inverseFrequencies } = ropeFrequencies({ headDim, axes });
      const positions = [0, 1, 2].map((axis) => [...ids.subarray(axis * tokens, (axis + 1) * tokens)]);
      const shape = { heads: 2, headDim, tokens, dtype: 'f32', pairing: 'half' } as const;
      const after = await readTensor(device, buffer, 'f32');
      const rotations = { ...shape, positions, pairAxis: axes.pairAxis, inverseFrequencies };
      expectContract({ before, after, rotations });
    }),
  );
}

test.each([384, 510])('heads of %i: 192 pairs and more, each by its own axis', async (headDim) => {
  const ids = Int32Array.from({ length: 3 * tokens }, (_, i) => (i * 997) % 4096);
  expect(axial(headDim, 3).pairAxis.slice(64)).toContain(2);
  await expectTurned(headDim, (buffer) => ({ type: 'ids', buffer }), ids);
});

test('a grid of three frames: frame, row and column', async () => {
  const { positions } = videoGridPositions({ frames: 3, height: 2, width: 4 });
  await expectTurned(48, () => ({ type: 'grid', height: 2, width: 4 }), positions);
});
