import { describe, expect, test } from 'vitest';
import type { Clock } from '../../bench/harness/clock';
import { measure } from '../../bench/harness/measure';
import type { Subject } from '../../bench/harness/subject';

const device = {} as GPUDevice;
const subject = (name: string): Subject => ({ name, encode: () => {} });

/** A clock for which every run of a subject takes so many milliseconds. */
function fakeClock(msOf: Readonly<Record<string, number>>, emptySpanMs = 0) {
  const spans: { name: string; repeats: number }[] = [];
  const clock: Clock = {
    kind: 'wall',
    reason: '',
    emptySpanMs,
    time: async ({ name }, repeats) => {
      spans.push({ name, repeats });
      return (msOf[name] as number) * repeats;
    },
  };
  return { clock, spans };
}

describe('measure', () => {
  test('one sample a round and subject, a run at a time, in the order of the subjects', async () => {
    const { clock } = fakeClock({ a: 2, b: 50 });
    const result = await measure(device, [subject('a'), subject('b')], { rounds: 5, clock });
    expect(result.map(({ subject: name, samplesMs }) => [name, samplesMs])).toEqual([
      ['a', [2, 2, 2, 2, 2]],
      ['b', [50, 50, 50, 50, 50]],
    ]);
  });
  test('spans last minSpanMs or more, and slow subjects run once', async () => {
    const { clock, spans } = fakeClock({ quick: 0.01, slow: 80 });
    const result = await measure(device, [subject('quick'), subject('slow')], {
      rounds: 3,
      minSpanMs: 10,
      clock,
    });
    expect(result[0]?.repeats).toBeGreaterThanOrEqual(1000);
    expect(result[1]?.repeats).toBe(1);
    const timed = spans.slice(-6);
    for (const { name, repeats } of timed)
      expect(repeats * (name === 'quick' ? 0.01 : 80)).toBeGreaterThanOrEqual(10);
  });
  test('interleaved: every round has each subject once, and the order changes', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const { clock, spans } = fakeClock({ a: 20, b: 20, c: 20, d: 20 });
    await measure(device, names.map(subject), { rounds: 16, clock });
    const timed = spans.slice(-64).map(({ name }) => name);
    const rounds = Array.from({ length: 16 }, (_, i) => timed.slice(4 * i, 4 * i + 4));
    for (const round of rounds) expect([...round].sort()).toEqual(names);
    expect(new Set(rounds.map((round) => round.join(''))).size).toBeGreaterThan(4);
  });
  test('a subject that takes no time ends with a bounded number of repeats', async () => {
    const { clock } = fakeClock({ nothing: 0 });
    const [result] = await measure(device, [subject('nothing')], { rounds: 1, clock });
    expect(result?.repeats).toBe(2 ** 16);
  });
  test('the empty span of the wall clock does not count towards minSpanMs', async () => {
    const { clock } = fakeClock({ a: 1 }, 30);
    const [result] = await measure(device, [subject('a')], { rounds: 1, minSpanMs: 10, clock });
    expect(result?.repeats).toBeGreaterThanOrEqual(40);
  });
  test('progress goes from 0 to the number of rounds', async () => {
    const { clock } = fakeClock({ a: 20 });
    const seen: number[] = [];
    await measure(device, [subject('a')], { rounds: 3, clock, onProgress: ({ round }) => seen.push(round) });
    expect(seen).toEqual([0, 1, 2, 3]);
  });
  test('an aborted signal ends it with its reason', async () => {
    const { clock } = fakeClock({ a: 20 });
    const controller = new AbortController();
    const running = measure(device, [subject('a')], {
      clock,
      signal: controller.signal,
      onProgress: ({ round }) => {
        if (round === 2) controller.abort(new Error('enough'));
      },
    });
    await expect(running).rejects.toThrow('enough');
  });
});
