import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRope, readTensor, type StorageArray, uploadTensor } from 'webgpu-rope';
import { createAttentionBias } from 'webgpu-rope/bias';
import { freshCases } from '../support/fresh';
import { getDevice, withErrorScope } from '../support/gpu';
import { limitedDevice } from '../support/limited-device';
import { type Random, randomTensor } from '../support/random';
import { submitPass } from '../support/rotation-case';
import { words } from '../support/words';

// On a device whose bindings span 4096 bytes calls are split by sequence, token, head and query. They come out as without a limit, to the
// bit, and count a bad position once.

let limited: GPUDevice;
const free = await getDevice();
beforeAll(async () => {
  limited = await limitedDevice({ maxStorageBufferBindingSize: 4096 });
});
afterAll(() => limited.destroy());

const headDim = 16;

interface Outcome {
  readonly tensors: readonly StorageArray[];
  readonly bad: number;
}

/** Positions of a table of 64, some padding, some that there are not. */
const drawIds = (random: Random, count: number): number[] =>
  Array.from({ length: count }, () =>
    random.pick([random.integer(0, 63), random.integer(0, 63), -1, 64, -7]),
  );

describe('rope', () => {
  const shapes = {
    'by sequence': (random: Random) => ({ batch: 9, tokens: random.integer(4, 9), q: 4, k: 2 }),
    'by token': (random: Random) => ({ batch: 1, tokens: random.integer(30, 70), q: 3, k: 3 }),
    'rows longer than most of a binding': (random: Random) => ({
      batch: 2,
      tokens: 3,
      q: random.integer(49, 60),
      k: 2,
    }),
  };
  test.each(Object.entries(shapes))('split %s: ids of each sequence', async (_, shapeOf) => {
    await freshCases(6, async (random) => {
      const { batch, tokens, q, k } = shapeOf(random);
      const ids = drawIds(random, batch * tokens);
      const [qRows, kRows] = [q, k].map((heads) =>
        randomTensor('f32', batch * tokens * heads * headDim, random),
      );
      const run = (device: GPUDevice): Promise<Outcome> =>
        withErrorScope(device, async (own) => {
          const rope = own(await createRope(device, { headDim }, { dtypes: ['f32'], capacity: 64 }));
          const buffers = [qRows!, kRows!].map((rows) =>
            own(uploadTensor(device, rows, 'f32', { as: 'bits' })),
          );
          const layer = rope.bind({
            q: { buffer: buffers[0]!, heads: q },
            k: { buffer: buffers[1]!, heads: k },
            dtype: 'f32',
          });
          const positions = { type: 'ids', buffer: words(device, own, ids), perSequence: true } as const;
          submitPass(device, (pass) => layer.encode(pass, { batch, tokens, positions }));
          const bad = await rope.readBadPositions();
          return { tensors: await Promise.all(buffers.map((each) => readTensor(device, each, 'f32'))), bad };
        });
      const expected = await run(free);
      expect(await run(limited)).toEqual(expected);
      expect(expected.bad).toBe(ids.filter((id) => id === 64 || id === -7).length);
    });
  });
});

describe('bias', () => {
  const heads = 3;
  test.each(['start', 'ids'] as const)('split by head and by query: queries from %s', async (kind) => {
    await freshCases(4, async (random) => {
      const [batch, queries, keys] = [random.integer(1, 2), random.integer(60, 90), random.integer(5, 20)];
      const ids = Array.from({ length: batch * queries }, () =>
        random.pick([random.integer(0, 500), -1, -7]),
      );
      const scores = randomTensor('f32', batch * heads * queries * keys, random);
      const run = (device: GPUDevice): Promise<Outcome> =>
        withErrorScope(device, async (own) => {
          const bias = own(await createAttentionBias(device, { type: 'alibi', heads }, { dtypes: ['f32'] }));
          const buffer = own(uploadTensor(device, scores, 'f32', { as: 'bits' }));
          const from =
            kind === 'start'
              ? { queryStart: 40 }
              : {
                  queryPositions: {
                    type: 'ids',
                    buffer: words(device, own, ids),
                    perSequence: true,
                  } as const,
                };
          submitPass(device, (pass) => {
            bias.bind({ buffer, dtype: 'f32' }).encode(pass, { batch, queries, keys, keyStart: 30, ...from });
          });
          const bad = await bias.readBadPositions();
          return { tensors: [await readTensor(device, buffer, 'f32')], bad };
        });
      const expected = await run(free);
      expect(await run(limited)).toEqual(expected);
      expect(expected.bad).toBe(kind === 'start' ? 0 : ids.filter((id) => id === -7).length);
    });
  });
});
