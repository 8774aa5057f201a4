import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { demoQuery, hasDisplay, parseFlags, usage } from '../../demo/start/flags';

describe('npm start', () => {
  test('--help explains it, in Node, which imports no WGSL', () => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', 'demo/start/start.ts', '--help'],
      {
        encoding: 'utf8',
      },
    );
    expect(stderr).toBe('');
    expect(stdout).toBe(`${usage}\n`);
  });

  test('the choice becomes the page’s query', () => {
    const flags = parseFlags(['--preset', 'llama-3.1-8b', '--tokens=512', '--dtype', 'f16']);
    expect(demoQuery(flags, false)).toBe('?preset=llama-3.1-8b&tokens=512&dtype=f16');
    expect(demoQuery(flags, true)).toBe('?autorun=1&preset=llama-3.1-8b&tokens=512&dtype=f16');
    expect(demoQuery(parseFlags([]), false)).toBe('');
  });

  test('a choice that the page does not have is refused at once, and what it has is listed', () => {
    expect(() => parseFlags(['--tokens', '7', '--start=5000', '--dtype', 'f64'])).toThrow(
      new RangeError(
        '--tokens: expected one of 1, 32, 512, 4096, got “7”\n--dtype: expected one of f32, f16, bf16, got “f64”',
      ),
    );
    expect(() => parseFlags(['--tokens', '4096', '--start', '1048575'])).toThrow(/^--start: .* 0 to 1044480/);
    expect(parseFlags(['--tokens', '7', '--help']).help).toBe(true);
  });

  test('unknown flags and contradictions are refused', () => {
    expect(() => parseFlags(['--token', '1'])).toThrow(TypeError);
    expect(() => parseFlags(['--headless', '--open'])).toThrow(
      new RangeError('--headless and --open: expected one of them, got both'),
    );
  });

  test('a display is macOS, Windows, X11 or Wayland, and never CI', () => {
    expect(hasDisplay('darwin', {})).toBe(true);
    expect(hasDisplay('linux', {})).toBe(false);
    expect(hasDisplay('linux', { DISPLAY: ':0' })).toBe(true);
    expect(hasDisplay('linux', { WAYLAND_DISPLAY: 'wayland-0' })).toBe(true);
    expect(hasDisplay('darwin', { CI: 'true' })).toBe(false);
  });
});
