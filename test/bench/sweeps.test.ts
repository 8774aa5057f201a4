import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import type { SweepResult, SweepRow } from '../../bench/schema';
import { mergeSweeps, plotSweep, sweepsIn } from '../../bench/sweep-plot';
import { sweepAxes, sweepPoints } from '../../bench/sweeps';

describe('sweeps', () => {
  test('one thing changes, the rest is Llama-3.1-8B', () => {
    for (const sweep of sweepAxes) {
      const settings = sweepPoints([sweep], ['f32'], 5000).map(({ setting }) => setting);
      const changing = new Set<string>();
      for (const setting of settings) {
        for (const [key, value] of Object.entries(setting)) {
          if (value !== (settings[0] as unknown as Record<string, unknown>)[key]) changing.add(key);
        }
      }
      const expected = {
        tokens: ['tokens'],
        heads: ['kHeads', 'qHeads'],
        positions: ['start'],
        batch: ['batch'],
      };
      expect([...changing].sort()).toEqual(expected[sweep]);
    }
  });
  test('every value once a dtype, on the last position as well', () => {
    const points = sweepPoints(['positions'], ['f32', 'f16'], 5000);
    expect(points.filter(({ setting }) => setting.dtype === 'f16')).toHaveLength(points.length / 2);
    const last = points.at(-1)?.setting;
    expect((last?.start ?? 0) + (last?.tokens ?? 0)).toBe(2 ** 24);
  });
});

const row = (subject: string, at: number, medianMs: number): SweepRow => ({
  sweep: 'tokens',
  at,
  preset: 'llama-3.1-8b',
  tokens: at,
  dtype: 'f32',
  start: 5000,
  subject,
  medianMs,
  p20Ms: 0.9 * medianMs,
  p80Ms: 1.2 * medianMs,
  gbPerSecond: 1,
  ceilingShare: 1,
  maxError: 0,
  withinContract: true,
  repeats: 1,
  note: '',
});

const result = (factor: number): SweepResult => ({
  environment: {
    adapter: 'google swiftshader',
    software: true,
    browser: 'Chrome/156',
    platform: 'linux x64, 2 cores',
    version: '0.1.0',
    peers: {},
    date: '2026-01-02T03:04:05.000Z',
    clock: { kind: 'wall', reason: '', emptySpanMs: 0.2 },
    rounds: 31,
    minSpanMs: 10,
    command: 'npm run bench -- --sweep tokens',
  },
  rows: [1, 32, 8192].flatMap((at) => [
    row('webgpu-rope', at, factor * 0.01 * at),
    row('ceiling', at, factor * 0.0095 * at),
  ]),
  skipped: [],
});

describe('plot', () => {
  test('an SVG that stands alone: its lines, their names, the adapter, both colour schemes', () => {
    const text = plotSweep(result(1), 'tokens');
    const { document } = parseHTML(text);
    const svg = document.querySelector('svg');
    expect(svg?.getAttribute('xmlns')).toBe('http://www.w3.org/2000/svg');
    expect(svg?.getAttribute('aria-label')).toMatch(/Tokens.*google swiftshader \(software\)/);
    const labels = [...document.querySelectorAll('text')].map((label) => label.textContent);
    for (const label of [
      'webgpu-rope',
      'ceiling',
      '8192',
      'google swiftshader (software), Chrome/156, 2026-01-02',
    ])
      expect(labels).toContain(label);
    expect(document.querySelectorAll('[aria-label=line]')).toHaveLength(2);
    expect(text).toContain('prefers-color-scheme: dark');
    expect(text).not.toMatch(/NaN|undefined/);
  });
  test('labels of lines that end together do not lie on each other', () => {
    const { document } = parseHTML(plotSweep(result(1), 'tokens'));
    const heights = ['webgpu-rope', 'ceiling'].map((name) => {
      const label = [...document.querySelectorAll('text')].find(({ textContent }) => textContent === name);
      return Number(/,([\d.]+)\)/.exec(label?.getAttribute('transform') ?? '')?.[1]);
    });
    expect(Math.abs((heights[0] as number) - (heights[1] as number))).toBeGreaterThan(12);
  });
  test('of several runs the median is drawn', () => {
    const merged = mergeSweeps([result(1), result(3), result(2)]);
    expect(merged.rows[0]?.medianMs).toBeCloseTo(0.02);
    expect(sweepsIn(merged)).toEqual(['tokens']);
  });
  test('a sweep that was not run is refused', () => {
    expect(() => plotSweep(result(1), 'heads')).toThrow(/"heads"/);
    expect(() => mergeSweeps([])).toThrow(/runs/);
  });
});
