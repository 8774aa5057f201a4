// The code of docs/wgsl.md, as it stands there.

import { writeKeys } from 'wgsl-page:cache-writer.ts';
import { rotateQ } from 'wgsl-page:host.ts';
import kernel from 'wgsl-page:kernel.wgsl';
import { describe, expect, test } from 'vitest';
import { createRope, type RopeOptions, readTensor, uploadTensor } from 'webgpu-rope';
import cosSin from '../../shaders/lib/cos_sin.wgsl?raw';
import ropeWgsl from '../../shaders/rope.wgsl?linked';
import { expectSameBits } from '../support/compare';
import { expectContract } from '../support/contract';
import { getDevice, withErrorScope } from '../support/gpu';
import { createRandom } from '../support/random';
import { guardedTensor } from '../support/tensors';

const device = await getDevice();

// Positions on both sides of a step of the high digit.
const tables: [name: string, options: RopeOptions][] = [
  ['two digits', {}],
  ['a full table', { table: 'full', capacity: 8192 }],
];

interface KeysCase {
  readonly options: RopeOptions;
  readonly position: number;
  readonly code?: string;
}

/** Fails unless the keys of five tokens that have a position come to rows 2 to 6, rotated, and nothing else is written. */
async function expectKeys({ options, position, code = cosSin + kernel }: KeysCase): Promise<void> {
  await withErrorScope(device, async (own) => {
    const [tokens, heads, headDim, row] = [5, 3, 64, 2];
    const rope = own(await createRope(device, { headDim }, options));
    const place = { dtype: 'f32', heads, headDim, capacity: 9, first: row } as const;
    const positions = Array.from({ length: tokens }, (_, token) => position + token);
    const { capacity } = rope.state.table;
    const written = positions.filter((each) => each < capacity).length;
    // What a call without rotation would leave: poison, and the keys that are written.
    const before = guardedTensor('f32', { ...place, tokens: written }, createRandom(41));
    const poisoned = guardedTensor('f32', { ...place, tokens: 0 }, createRandom(0));
    const keys = guardedTensor('f32', { heads, headDim, tokens }, createRandom(42));
    const rowLength = heads * headDim;
    before.set(keys.subarray(0, written * rowLength), row * rowLength);
    const projected = own(uploadTensor(device, keys, 'f32', { as: 'bits' }));
    const cache = own(uploadTensor(device, poisoned, 'f32', { as: 'bits' }));
    const step = { projected, cache, tokens, heads, position, row };
    device.queue.submit([writeKeys(device, code, rope.state, step)]);
    const { inverseFrequencies } = rope.state.frequencies!;
    expectContract({
      before,
      after: await readTensor(device, cache, 'f32'),
      rotations: { ...place, pairing: 'half', tokens: written, positions: position, inverseFrequencies },
    });
    expectSameBits(await readTensor(device, projected, 'f32'), keys, 'projected');
  });
}

describe('cache-writer.ts', () => {
  test.each(tables)('with %s', (_name, options) => expectKeys({ options, position: 4093 }));

  test('leaves the rows of tokens past the table', () =>
    expectKeys({ options: { capacity: 4096 }, position: 4093 }));

  test('with a mistake it would not pass', () =>
    expect(
      expectKeys({ options: {}, position: 4093, code: cosSin + kernel.replace('step.position +', '') }),
    ).rejects.toThrow('elements wrong'));
});

describe('host.ts', () => {
  const place = { heads: 5, headDim: 80, tokens: 7 };

  async function expectQueries(options: RopeOptions, start: number, said = start): Promise<void> {
    await withErrorScope(device, async (own) => {
      const rope = own(await createRope(device, { headDim: place.headDim }, options));
      const before = guardedTensor('f32', place, createRandom(43));
      const buffer = own(uploadTensor(device, before, 'f32', { as: 'bits' }));
      device.queue.submit([rotateQ(device, ropeWgsl, rope.state.table, { ...place, buffer, start: said })]);
      const { inverseFrequencies } = rope.state.frequencies!;
      expectContract({
        before,
        after: await readTensor(device, buffer, 'f32'),
        rotations: { ...place, dtype: 'f32', pairing: 'half', positions: start, inverseFrequencies },
      });
    });
  }

  test.each(tables)('with %s', (_name, options) => expectQueries(options, 4093));

  test('with a mistake it would not pass', () =>
    expect(expectQueries({}, 4093, 4094)).rejects.toThrow('elements wrong'));
});
