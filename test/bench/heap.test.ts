import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DecodeCase, qkvDecodeCases } from '../../bench/harness/decode-cases';
import { profileHeap } from '../../bench/heap';
import type { BenchHost } from '../../bench/host';
import { openHost } from '../../bench/open-host';
import type { HeapRow } from '../../bench/schema';
import { browserFromEnvironment } from '../../scripts/browser';

/**
 * Code that is not optimised allocates. It is optimised by how often it ran, and at once: not by a thread that gets a core
 * sooner or later, and not in two steps, the second of which would lie inside the profile.
 */
const optimisesAtOnce = '--js-flags=--no-concurrent-recompilation --no-maglev';

// The heap profiler is V8's.
describe.skipIf(browserFromEnvironment() !== 'chrome')('what an encode allocates in steady state', () => {
  const cases: readonly DecodeCase[] = [
    'same start',
    'new start each step',
    'new start each encode',
    'packed QKV',
    'ids in a buffer',
    'ragged',
    ...qkvDecodeCases,
  ];
  let host: BenchHost | undefined;
  const rows = new Map<DecodeCase, HeapRow>();
  beforeAll(async () => {
    host = await openHost('browser', { peers: [], onProgress: () => {}, args: [optimisesAtOnce] });
    const options = { encodes: 16_384, warmUp: 32_768, dtype: 'f32', cases } as const;
    for await (const row of profileHeap(host, options)) rows.set(row.name, row);
  });
  afterAll(() => host?.close());
  const rowOf = (name: DecodeCase): HeapRow => rows.get(name) as HeapRow;

  test('the profile sees what is allocated: an encoder, a pass and a command buffer for 32 layers', () => {
    const { encodes, oursPerEncode, harnessPerEncode } = rowOf('WebGPU calls alone');
    expect(encodes).toBe(16_384);
    expect(oursPerEncode).toBe(0);
    expect(harnessPerEncode).toBeGreaterThan(0.5);
    expect(harnessPerEncode).toBeLessThan(12);
  });

  // Not exactly 0: the profiler samples, and code may be compiled anew and run once without optimisation. The smallest
  // object that an encode could make is 12 bytes.
  test.each<DecodeCase>([
    'same start',
    'new start each step',
    'packed QKV',
    'ids in a buffer',
    'ragged',
    ...qkvDecodeCases,
  ])('%s: nothing', (name) => {
    const { oursPerEncode, inlinedPerEncode, spots } = rowOf(name);
    expect(oursPerEncode + inlinedPerEncode, JSON.stringify(spots.slice(0, 5))).toBeLessThan(3);
  });

  test('new start each encode: a new chunk of slots in 1024 encodes, and nothing else', () => {
    const { encodes, oursPerEncode, inlinedPerEncode, spots } = rowOf('new start each encode');
    const ofChunks = spots
      .filter(({ where }) => /#newChunk|#newGroup|WeakMap|parameter-slots/.test(where))
      .reduce((sum, { bytes }) => sum + bytes, 0);
    const perChunk = ofChunks / (encodes / 1024);
    expect(perChunk).toBeGreaterThan(50);
    expect(perChunk).toBeLessThan(4096);
    const others = oursPerEncode + inlinedPerEncode - ofChunks / encodes;
    expect(others, JSON.stringify(spots.slice(0, 5))).toBeLessThan(3);
  });
});
