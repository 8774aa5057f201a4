import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { peerNames } from '../../bench/peers/names';
import type { BenchResult, CostResult } from '../../bench/schema';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the benchmark as `npm run bench` does. */
function bench(...argv: string[]): Promise<{ stdout: string; stderr: string }> {
  const tsx = join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs');
  return promisify(execFile)(process.execPath, [tsx, 'bench/run.ts', ...argv], { cwd: root });
}

describe('npm run bench', () => {
  test('phi-2, 3 tokens, f32 and f16, in a real browser: a table, and the same as JSON', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'webgpu-rope-bench-'));
    try {
      const file = join(folder, 'new', 'result.json');
      const narrow = [
        '--preset',
        'phi-2',
        '--tokens',
        '3',
        '--dtype',
        'f32,f16',
        '--rounds',
        '3',
        '--span',
        '1',
      ];
      const { stdout } = await bench(...narrow, '--json', file);
      expect(stdout).toMatch(/^adapter {3}\S/m);
      expect(stdout).toMatch(/^phi-2 +3 +f32 +5000 +webgpu-rope /m);
      expect(stdout).toContain(
        'repeat    npm run bench -- --preset phi-2 --tokens 3 --dtype f32,f16 --rounds 3',
      );

      const { environment, rows } = JSON.parse(await readFile(file, 'utf8')) as BenchResult;
      expect(Object.keys(environment).sort()).toEqual(
        'adapter browser clock command date minSpanMs peers platform rounds software version'.split(' '),
      );
      expect(environment.rounds).toBe(3);
      expect(['timestamp', 'wall']).toContain(environment.clock.kind);
      expect(rows.map(({ dtype, subject }) => `${dtype} ${subject}`)).toEqual([
        'f32 webgpu-rope',
        'f32 ceiling',
        'f16 webgpu-rope',
        'f16 ceiling',
      ]);
      const keys =
        'ceilingShare dtype gbPerSecond maxError medianMs note p20Ms p80Ms preset repeats start subject tokens withinContract';
      for (const row of rows) {
        expect(Object.keys(row).sort()).toEqual(keys.split(' '));
        expect(row).toMatchObject({ preset: 'phi-2', tokens: 3, start: 5000, withinContract: true });
        expect(row.p20Ms).toBeGreaterThan(0);
        expect(row.medianMs).toBeGreaterThanOrEqual(row.p20Ms);
        expect(row.p80Ms).toBeGreaterThanOrEqual(row.medianMs);
        // 3 tokens x 64 heads x 32 rotated dims, read and written.
        const bytes = 2 * 3 * 64 * 32 * (row.dtype === 'f32' ? 4 : 2);
        expect(row.gbPerSecond).toBeCloseTo(bytes / row.medianMs / 1e6, 9);
      }
      const [rope, ceiling] = rows;
      expect(ceiling?.ceilingShare).toBe(1);
      expect(rope?.ceilingShare).toBeCloseTo((ceiling?.medianMs ?? 0) / (rope?.medianMs ?? 1), 9);
      expect(rope?.maxError).toBeGreaterThan(0);
      expect(rope?.maxError).toBeLessThan(5e-7);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
  test('every peer, gpt-j-6b, 2 tokens from position 131071 on: right where it should be, named where it is not', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'webgpu-rope-bench-'));
    try {
      const file = join(folder, 'result.json');
      const narrow = '--preset gpt-j-6b --tokens 2 --start 131071 --rounds 1 --span 1 --peers'.split(' ');
      await bench(...narrow, '--dtype', 'f32,bf16', '--json', file);
      const { environment, rows, skipped } = JSON.parse(await readFile(file, 'utf8')) as BenchResult;
      expect(Object.keys(environment.peers)).toContain('onnxruntime-web');
      const errors = new Map(rows.filter(({ dtype }) => dtype === 'f32').map((row) => [row.subject, row]));
      for (const name of ['webgpu-rope', 'onnxruntime-web', 'tensorflow.js', 'naive-table']) {
        expect(errors.get(name)).toMatchObject({ withinContract: true });
        expect(errors.get(name)?.maxError).toBeLessThan(1e-6);
      }
      expect(errors.get('naive-trig')?.maxError).toBeGreaterThan(0);
      expect(skipped.map(({ subject, dtype }) => `${dtype} ${subject}`)).toEqual(
        peerNames.map((name) => `bf16 ${name}`),
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
  test('--costs: encodes, creation, tables and their comparison, printed and as JSON', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'webgpu-rope-bench-'));
    try {
      const file = join(folder, 'costs.json');
      const short = '--costs --rounds 1 --span 1 --tokens 16 --dtype f32 --json'.split(' ');
      const { stdout } = await bench(...short, file);
      expect(stdout).toMatch(/^encode, new start each step +[\d.]+ .* us .*<= 1 (kept|MISSED)/m);
      const { environment, costs } = JSON.parse(await readFile(file, 'utf8')) as CostResult;
      expect(environment.command).toContain('--costs');
      const whats = costs.map(({ what }) => what);
      for (const what of [
        'encode, same start',
        'WebGPU calls alone',
        'createRope, cold',
        'first encode, cold',
        'two-digit table, 1048576 positions',
        'prefill of 16, two-digit / full',
      ]) {
        expect(whats).toContain(what);
      }
      for (const { what, median, samples, bytes, dtype } of costs) {
        expect(dtype).toBe('f32');
        if (samples > 0) expect(median, what).toBeGreaterThan(0);
        if (what.includes('table, ')) expect(bytes === undefined).toBe(what.startsWith('prefill'));
      }
      const bytesOf = (what: string) => costs.find((row) => row.what === what)?.bytes ?? Number.NaN;
      const share = bytesOf('full table, 1048576 positions') / bytesOf('two-digit table, 1048576 positions');
      expect(share).toBeGreaterThanOrEqual(500);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
  test('--help explains and measures nothing', async () => {
    const { stdout } = await bench('--help');
    expect(stdout).toContain('--preset SLUG');
    expect(stdout).not.toContain('adapter   ');
  });
  test('a wrong option ends with one line and status 1, before a browser starts', async () => {
    await expect(bench('--dtype', 'int8')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('bench: --dtype: expected f32, f16, bf16, got "int8"'),
    });
  });
});
