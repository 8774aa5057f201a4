import { expect, test } from 'vitest';
import { barLines, bars } from '../../bench/isa/bars';
import type { Counts } from '../../bench/isa/counts';
import { tableOf, widthsText } from '../../bench/isa/report';
import { rooflineMarkdown, rooflineOf } from '../../bench/isa/roofline';
import type { IsaRow } from '../../bench/isa/survey';

const counts = (vector: number, slow: number, float: number): Counts => ({
  ...{
    vector,
    slow,
    float,
    conversion: 0,
    scalar: 5,
    scalarLoads: 2,
    branches: 1,
    atomics: 0,
    workgroupMemory: 0,
  },
  ...{ loads: { 16: 6 }, stores: { 16: 2 } },
});

const row: IsaRow = {
  ...{
    kernel: 'rotate_chunks',
    dtype: 'f32',
    pairing: 'half',
    variant: '',
    sizes: 'powers of two',
    step: 'head',
  },
  ...{ vectorRegisters: 32, scalarRegisters: 19, spills: 0, workgroupBytes: 0, waves: 16, instructions: 300 },
  ...{ path: counts(100, 10, 40), perStep: counts(20, 0, 20), before: counts(80, 10, 20) },
  tripsBeforeStore: { vector: 1, all: 7 },
};

test('roofline, f32, 4096 tokens: memory and arithmetic by hand', () => {
  const others: IsaRow = { ...row, sizes: 'others', before: counts(90, 10, 20) };
  const points = rooflineOf([row, others, { ...row, pairing: 'interleaved' }]);
  expect(points.map(({ tokens }) => tokens)).toEqual([1, 512, 4096]);
  // 4 groups of 10 heads, 16 units a head; both sides of 20 971 520 elements of 4 bytes.
  const { times, perElement } = points[2] ?? { times: [], perElement: 0 };
  expect(perElement).toBeCloseTo((80 / 10 + 20) / 8, 10);
  const waves = (4096 * 40 * 16) / 64;
  expect(times[0]?.memory).toBeCloseTo(327.68, 6);
  expect(times[0]?.arithmetic).toBeCloseTo((waves * ((2 * 70 + 8 * 10) / 10 + 40)) / 160 / 2100, 6);
  expect(times[1]?.memory).toBeCloseTo(50.08, 2);
  expect(times[1]?.arithmetic).toBeCloseTo((2 * waves * ((20 + 2 * 60) / 10 + 20)) / 528 / 1755, 6);
  // One token: each of 40 groups has one head, and 40 is no power of two.
  expect(points[0]?.perElement).toBeCloseTo((90 + 20) / 8, 10);
});

test('roofline, Markdown: one line a point, the peers below', () => {
  const text = rooflineMarkdown(rooflineOf([{ ...row, sizes: 'all' }]), 'a driver');
  expect(text).toContain('| 4096 | f32 | 3.5 | 328 |');
  expect(text).toContain('(a driver)');
  expect(text.trimEnd()).toMatch(/ratchet 15\.5, .* Ours above: f32 .*\.$/);
});

test('a table has a line a row, named by what sets it apart', () => {
  const result = {
    family: 'navi21',
    driver: 'radv: Mesa 1.2.3',
    webgpu: '0.6.2',
    date: '2026-01-02T03:04:05.000Z',
  };
  const lines = tableOf({ ...result, rows: [row] }).split('\n');
  expect(lines[0]).toBe('navi21: radv: Mesa 1.2.3, Dawn of webgpu 0.6.2, 2026-01-02');
  expect(lines.at(-1)).toMatch(
    /^rotate_chunks f32 half, powers of two +32 +19 +0 +0 +16 +80 +5 +20 +5 +head +6x16 +2x16 +1 +7$/,
  );
  expect(widthsText({ 4: 1, 16: 3 })).toBe('3x16 1x4');
  expect(widthsText({})).toBe('-');
});

test('bars: kept, missed and without a row', () => {
  const lines = barLines([row]);
  expect(lines).toHaveLength(bars.length);
  expect(lines.some((line) => line.startsWith('kept   rotate_chunks f32 half: a head: 20, at most 23'))).toBe(
    false,
  );
  const both = barLines([row, { ...row, sizes: 'others' }]);
  expect(both.some((line) => line.startsWith('kept   rotate_chunks f32 half: a head: 20, at most 23'))).toBe(
    true,
  );
  expect(both.find((line) => line.includes('f32 half: before the first head, powers'))).toMatch(
    /^MISSED .*: 80, at most 65/,
  );
  expect(both.find((line) => line.includes('bf16 half: waves'))).toMatch(/^no row /);
});
