import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BenchResult, BenchRow } from '../../bench/schema';
import { dtypeFor, extractRun, type RecordedRun, runFor } from '../../demo/panels/check/recorded/extract';
import { recordedRuns } from '../../demo/panels/check/recorded/plugin';
import { expectClean, openPage, openSite, outcomeOf, type Site, textOf } from './site';

describe('what the page takes of a recorded run', () => {
  const row: BenchRow = {
    preset: 'phi-2',
    tokens: 8,
    dtype: 'f32',
    start: 100,
    subject: 'webgpu-rope',
    medianMs: 0.123456,
    p20Ms: 0.1,
    p80Ms: 0.2,
    gbPerSecond: 12.34567,
    ceilingShare: 0.9,
    maxError: 1.23456e-7,
    withinContract: true,
    repeats: 10,
    note: 'left out',
  };
  const result: BenchResult = {
    environment: {
      adapter: 'nvidia hopper',
      software: false,
      browser: 'Chrome/1',
      platform: 'linux x64',
      version: '0.1.0',
      peers: { 'onnxruntime-web': '1.30.0' },
      date: '2026-11-23T05:10:19.664Z',
      clock: { kind: 'wall', reason: '', emptySpanMs: 0 },
      rounds: 31,
      minSpanMs: 10,
      command: 'npm run bench',
    },
    rows: [row, { ...row, start: 0 }, { ...row, preset: 'gpt-j-6b' }],
    skipped: [1, 8].map((tokens) => ({
      preset: 'phi-2',
      tokens,
      dtype: 'f16',
      start: 100,
      subject: 'onnxruntime-web',
      reason: 'no shader-f16',
    })),
  };

  test('one preset and one start, four digits, the machine, and each reason once', () => {
    expect(extractRun(result)).toEqual({
      preset: 'phi-2',
      start: 100,
      adapter: 'nvidia hopper',
      software: false,
      browser: 'Chrome/1',
      platform: 'linux x64',
      versions: { 'webgpu-rope': '0.1.0', 'onnxruntime-web': '1.30.0' },
      date: '2026-11-23',
      command: 'npm run bench',
      rows: [
        {
          subject: 'webgpu-rope',
          dtype: 'f32',
          tokens: 8,
          medianMs: 0.1235,
          gbPerSecond: 12.35,
          maxError: 1.235e-7,
          withinContract: true,
        },
      ],
      missing: ['onnxruntime-web, f16: no shader-f16'],
    });
  });

  test('the run of the same adapter comes first, then a real GPU’s, then any', () => {
    const run = (adapter: string, software: boolean): RecordedRun => ({
      ...extractRun(result),
      adapter,
      software,
    });
    const runs = [run('google swiftshader', true), run('nvidia hopper', false), run('apple m5', false)];
    expect(runFor(runs, 'apple m5')?.adapter).toBe('apple m5');
    expect(runFor(runs, 'intel xe')?.adapter).toBe('nvidia hopper');
    expect(runFor(runs.slice(0, 1), 'intel xe')?.adapter).toBe('google swiftshader');
    expect(runFor([], 'intel xe')).toBeUndefined();
  });

  test('the number format asked for where peers were measured in it, else the one that has most of them', () => {
    const run = extractRun({
      ...result,
      rows: [
        row,
        { ...row, dtype: 'f16' },
        { ...row, subject: 'onnxruntime-web' },
        { ...row, dtype: 'bf16', subject: 'ceiling' },
      ],
    });
    expect(dtypeFor(run, 'f32')).toBe('f32');
    expect(dtypeFor(run, 'f16')).toBe('f32');
    expect(dtypeFor(run, 'bf16')).toBe('f32');
  });

  test('bench/results has runs to show, each with its machine, and they are small', () => {
    const runs = recordedRuns('bench/results');
    expect(runs.length).toBeGreaterThan(0);
    for (const { adapter, rows } of runs) {
      expect(adapter).not.toBe('');
      expect(new Set(rows.map(({ subject }) => subject)).size).toBeGreaterThan(2);
    }
    expect(JSON.stringify(runs).length).toBeLessThan(20_000);
  });
});

describe('Beside others, on the page', () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  });
  afterAll(() => site?.close());

  test('the recorded lines, their machine by name, and a live result beside them', async () => {
    const open = await openPage(site, '?panel=check&preset=llama-3.1-8b&tokens=32&dtype=f32');
    const { page } = open;
    await page.waitForSelector('#peers[data-drawn]');
    const [run] = recordedRuns('bench/results');
    const note = await textOf(page, '#peers > .note');
    const origin = await textOf(page, '#peers .peers-origin');
    expect(origin).toContain(
      `Recorded on ${run?.adapter}${run?.software ? ' (software)' : ''}, ${run?.platform}, ${run?.date}.`,
    );
    expect(origin.includes('That is no GPU')).toBe(run?.software);
    for (const [name, version] of Object.entries(run?.versions ?? {})) {
      expect(note).toContain(`${name} ${version}`);
    }
    expect(note).toContain('A run on this page adds its own result.');
    const label = (): Promise<string | null> =>
      page.$eval('#peers [role="img"]', (drawing) => drawing.getAttribute('aria-label'));
    expect(await label()).toMatch(/Recorded at \d+ tokens: webgpu-rope [\d.]+ GB\/s/);
    expect(await label()).not.toContain('Measured here');
    await page.click('#run');
    await outcomeOf(page);
    expect(await label()).toMatch(/Measured here: 32 tokens [\d.]+ GB\/s/);
    await page.click('#peers summary');
    await page.waitForSelector('#peers tbody');
    const first = await textOf(page, '#peers tbody tr');
    expect(first).toMatch(/^webgpu-rope, live\s+Llama-3.1-8B, f32\s+32\s/);
    if (site.launched.adapter.software) expect(first).toContain('(software)');
    const rows = run?.rows.filter(({ dtype }) => dtype === 'f32').length ?? 0;
    expect(await page.$$eval('#peers tbody tr', (all) => all.length)).toBe(rows + 1);
    await expectClean(open);
  });

  test('a number format without peers: said, with the reason, and f32 stands in', async () => {
    const open = await openPage(site, '?panel=check&dtype=bf16');
    const { page } = open;
    await page.waitForSelector('#peers[data-drawn]');
    expect(await textOf(page, '#peers > .note')).toContain(
      'No peer was recorded in bf16, so f32 stands here',
    );
    await page.click('input[name="dtype"][value="f32"]');
    expect(await textOf(page, '#peers > .note')).not.toContain('stands here');
    await expectClean(open);
  });
});
