import { describe, expect, test } from 'vitest';
import { headerOf, legend, milliseconds, skippedLine, tableHead, tableRow } from '../../bench/report';
import type { BenchEnvironment, BenchRow } from '../../bench/schema';

const row: BenchRow = {
  preset: 'llama-3.1-8b',
  tokens: 512,
  dtype: 'f32',
  start: 5000,
  subject: 'webgpu-rope',
  medianMs: 4.7123,
  p20Ms: 4.4,
  p80Ms: 5.76,
  gbPerSecond: 4.4503,
  ceilingShare: 0.8201,
  maxError: 1.5487e-7,
  withinContract: true,
  repeats: 3,
  note: '',
};

const environment: BenchEnvironment = {
  adapter: 'google swiftshader',
  software: true,
  browser: 'Chrome/156.0.8078.79',
  platform: 'linux x64, 2 cores',
  version: '0.1.0',
  peers: {},
  date: '2026-01-02T03:04:05.000Z',
  clock: { kind: 'wall', reason: 'the device has no timestamp-query', emptySpanMs: 0.2 },
  rounds: 31,
  minSpanMs: 10,
  command: 'npm run bench -- --tokens 512',
};

describe('table', () => {
  test('a row carries shape, time with its spread, rate, share and error', () => {
    expect(tableRow(row, row).split(/\s+/)).toEqual([
      'llama-3.1-8b',
      '512',
      'f32',
      '5000',
      'webgpu-rope',
      '4.71',
      '4.40..5.76',
      '4.45',
      '82%',
      '1',
      '1.5e-7',
    ]);
  });
  test('columns stand under their titles', () => {
    const head = tableHead();
    const line = tableRow(row, row);
    for (const [title, cell] of [
      ['preset', 'llama'],
      ['dtype', 'f32'],
      ['subject', 'webgpu-rope'],
    ] as const) {
      expect(line.indexOf(cell)).toBe(head.indexOf(title));
    }
    for (const [title, cell] of [
      ['tokens', '512'],
      ['median ms', '4.71'],
      ['of ceiling', '82%'],
    ] as const) {
      expect(line.indexOf(cell) + cell.length).toBe(head.indexOf(title) + title.length);
    }
  });
  test('a result outside the numerics contract is marked', () => {
    expect(tableRow({ ...row, maxError: 0.011, withinContract: false }, row)).toMatch(/1\.1e-2 !$/);
  });
  test('a peer carries how much longer it takes', () => {
    const peer = { ...row, subject: 'onnxruntime-web', medianMs: 56.6 };
    expect(tableRow(peer, row).split(/\s+/)).toContain('x12.0');
  });
  test('a peer that could not be measured says why', () => {
    const { preset, tokens, dtype, start } = row;
    const line = skippedLine({
      preset,
      tokens,
      dtype,
      start,
      subject: 'tensorflow.js',
      reason: 'it has no f16',
    });
    expect(line).toMatch(/^llama-3\.1-8b .* tensorflow\.js .* not measured: it has no f16$/);
  });
  test('the legend explains the mark only where it stands', () => {
    expect(legend([row])).not.toContain('!:');
    expect(legend([row, { ...row, withinContract: false }])).toContain('!:');
  });
  test('an error of zero is 0', () => {
    expect(tableRow({ ...row, maxError: 0 }, row)).toMatch(/ 0$/);
  });
  test.each([
    [1234.5, '1235'],
    [99.96, '100.0'],
    [12.34, '12.3'],
    [4.7, '4.70'],
    [0.05061, '0.0506'],
  ])('%d ms is %s', (ms, text) => {
    expect(milliseconds(ms)).toBe(text);
  });
});

describe('header', () => {
  test('a software adapter is named as such', () => {
    expect(headerOf(environment)).toMatch(/google swiftshader \(a software adapter/);
    expect(headerOf({ ...environment, software: false })).not.toMatch(/software/);
  });
  test('names browser, version, date, clock and the command that repeats it', () => {
    const header = headerOf(environment);
    for (const text of ['Chrome/156', 'webgpu-rope 0.1.0, 2026-01-02', 'wall clock', 'no timestamp-query']) {
      expect(header).toContain(text);
    }
    expect(header).toContain('npm run bench -- --tokens 512');
  });
  test('peers are listed with their versions', () => {
    const peers = { 'onnxruntime-web': '1.30.0' };
    expect(headerOf({ ...environment, peers })).toContain('onnxruntime-web 1.30.0');
  });
});
