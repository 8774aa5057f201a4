import { describe, expect, test } from 'vitest';
import { markdownOf, medianOfRuns, replaceBetweenMarkers } from '../../bench/readme-table';
import type { BenchResult, BenchRow } from '../../bench/schema';
import { bestTuning } from '../../bench/tuning-choice';

function row(subject: string, medianMs: number, ceilingShare: number, withinContract = true): BenchRow {
  const shape = { preset: 'llama-3.1-8b', tokens: 512, dtype: 'f32', start: 5000 };
  const times = { medianMs, p20Ms: medianMs, p80Ms: medianMs, gbPerSecond: 42 / medianMs, ceilingShare };
  return {
    ...shape,
    subject,
    ...times,
    maxError: withinContract ? 2e-7 : 9e-4,
    withinContract,
    repeats: 1,
    note: '',
  };
}

function run(oursMs: number, ceilingMs: number, peerMs: number): BenchResult {
  return {
    environment: {
      adapter: 'google swiftshader',
      software: true,
      browser: 'Chrome/156',
      platform: 'linux x64, 2 cores',
      version: '0.1.0',
      peers: { 'onnxruntime-web': '1.30.0' },
      date: '2026-01-02T03:04:05.000Z',
      clock: { kind: 'wall', reason: '', emptySpanMs: 0.2 },
      rounds: 31,
      minSpanMs: 10,
      command: 'npm run bench -- --peers',
    },
    rows: [
      row('webgpu-rope', oursMs, ceilingMs / oursMs),
      row('ceiling', ceilingMs, 1),
      row('naive-trig', peerMs, ceilingMs / peerMs, false),
    ],
    skipped: [],
  };
}

describe('README table', () => {
  test('of several runs the median time and the median share', () => {
    const { rows } = medianOfRuns([run(5, 4, 20), run(10, 9, 40), run(4, 3, 16)]);
    expect(rows[0]).toMatchObject({ medianMs: 5, ceilingShare: 0.8 });
    expect(rows[2]).toMatchObject({ medianMs: 20 });
  });
  test('a line a setting, peers as multiples of our time, wrong angles with their error', () => {
    const text = markdownOf(run(5, 4, 20), 5);
    expect(text).toContain('google swiftshader (a software adapter: no speed of a GPU)');
    expect(text).toContain('median of 5 runs of `npm run bench -- --peers`');
    expect(text).toContain('onnxruntime-web 1.30.0');
    expect(text).toContain(
      '| llama-3.1-8b | 512 | f32 | 5000 | 5.00 ms | 8.40 | 80% | 2e-7 | 4.0x (error 9e-4) |',
    );
  });
  test('stands between the markers of a document, and only there', () => {
    const document = 'a\n<!-- bench: made by bench/readme-table.ts -->\nold\n<!-- /bench -->\nb';
    expect(replaceBetweenMarkers(document, 'new')).toBe(document.replace('old', 'new'));
    expect(() => replaceBetweenMarkers('a', 'new')).toThrow(/markers/);
  });
  test('no run is refused', () => {
    expect(() => medianOfRuns([])).toThrow(/at least one/);
  });
});

describe('choice of a tuning', () => {
  const setting = { preset: 'llama-3.1-8b', tokens: 1, dtype: 'f32', start: 0 } as const;
  const small = { workgroupSize: 16, invocations: 1, firstHeadAhead: true };
  const large = { workgroupSize: 64, invocations: 1024, firstHeadAhead: true };
  const middle = { workgroupSize: 32, invocations: 64, firstHeadAhead: true };
  const trials = (times: readonly number[]) =>
    [small, large, middle].map((tuning, i) => ({ tuning, medianMs: times[i] as number, p20Ms: 0 }));

  test('the one closest to the quickest everywhere, by the geometric mean', () => {
    const choice = bestTuning([
      { setting, trials: trials([1, 4, 1.2]) },
      { setting, trials: trials([40, 10, 12]) },
    ]);
    expect(choice.tuning).toEqual(middle);
    expect(choice.mean).toBeCloseTo(1.2, 12);
    expect(choice.worst).toBeCloseTo(1.2, 12);
  });
  test('nothing to choose from is refused', () => {
    expect(() => bestTuning([])).toThrow(/at least one/);
  });
});
