import { expect, test } from 'vitest';
import { createRope, type RopeState, readTensor, uploadTensor } from 'webgpu-rope';
import { getDevice, withErrorScope } from '../support/gpu';
import { submitPass } from '../support/rotation-case';
import { watchedDevice } from '../support/watched-device';

// A state that is no longer needed can go before the rope does.

const device = await getDevice();
const headDim = 32;
const dynamic = { headDim, scaling: { type: 'dynamic', factor: 2, originalPositions: 64 } } as const;

test('64 lengths leave no table behind where each is released', async () => {
  const { device: watched, created } = await watchedDevice();
  const rope = await createRope(watched, dynamic, { dtypes: ['f32'], capacity: 4096 });
  const released: GPUBuffer[] = [];
  for (let length = 65; length < 129; length++) {
    const { previous } = rope.setSequenceLength(length);
    released.push(previous.table.buffer);
    rope.release(previous);
  }
  const tables = created.filter(({ label }) => label.endsWith(' table') && !label.includes('tables'));
  expect(tables.filter(({ method }) => method === 'createBuffer')).toHaveLength(65);
  expect(new Set(released).size).toBe(64);
  expect(released).not.toContain(rope.state.table.buffer);
  // What was released is gone: a length said again is built again.
  created.length = 0;
  rope.setSequenceLength(65);
  expect(
    created.filter(({ method, label }) => method === 'createBuffer' && label.endsWith(' table')),
  ).toHaveLength(1);
  watched.destroy();
});

test('a released state in use is a TypeError; encodes with the others go on', async () => {
  await withErrorScope(device, async (own) => {
    const rope = own(await createRope(device, dynamic, { dtypes: ['f32'], capacity: 4096 }));
    const values = new Float32Array(2 * headDim).fill(1);
    const buffer = own(uploadTensor(device, values, 'f32'));
    const { previous } = rope.setSequenceLength(100);
    rope.release(previous);
    const k = { buffer, heads: 1, dtype: 'f32' } as const;
    submitPass(device, (pass) => {
      expect(() =>
        rope.rerotate(pass, k, { tokens: 2, from: { start: 0, state: previous }, to: { start: 0 } }),
      ).toThrow(new TypeError('from.state: expected a state that was not released, got one that was'));
    });
    expect(await readTensor(device, buffer, 'f32')).toEqual(values);
    submitPass(device, (pass) =>
      rope.bind({ k: { buffer, heads: 1 }, dtype: 'f32' }).encode(pass, { tokens: 2, start: 98 }),
    );
    expect(await readTensor(device, buffer, 'f32')).not.toEqual(values);
  });
});

test('what cannot be released is named', async () => {
  await withErrorScope(device, async (own) => {
    const rope = own(await createRope(device, dynamic, { dtypes: ['f32'], capacity: 4096 }));
    const other = own(await createRope(device, { headDim }, { dtypes: ['f32'], capacity: 64 }));
    expect(() => rope.release(rope.state)).toThrow('state: expected one that is not in use, got rope.state');
    expect(() => rope.release(other.state)).toThrow('state: expected a state of this rope, got a Object');
    expect(() => rope.release(7 as unknown as RopeState)).toThrow(
      'state: expected a state of this rope, got 7',
    );
    const { previous } = rope.setSequenceLength(80);
    rope.release(previous);
    expect(() => rope.release(previous)).toThrow('state: expected a state that was not released');
  });
});
