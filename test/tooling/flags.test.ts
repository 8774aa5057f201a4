import { expect, test } from 'vitest';
import { adapterFromEnvironment, adaptersToTry, chromeFlags } from '../../scripts/browsers/flags';
import { demoQuery, hasDisplay, parseFlags } from '../../scripts/starting/flags';

test('WEBGPU_ADAPTER: three values, auto where unset, anything else refused', () => {
  expect(adapterFromEnvironment(undefined)).toBe('auto');
  expect(adapterFromEnvironment('hardware')).toBe('hardware');
  expect(() => adapterFromEnvironment('gpu')).toThrow(
    new RangeError('WEBGPU_ADAPTER: expected "auto", "hardware" or "swiftshader", got "gpu"'),
  );
});

test('auto: Linux without a GPU device goes straight to the software adapter', () => {
  expect(adaptersToTry('auto', 'linux', () => false)).toEqual(['swiftshader']);
  expect(adaptersToTry('auto', 'linux', (path) => path === '/dev/dri')).toEqual(['hardware', 'swiftshader']);
  expect(adaptersToTry('auto', 'darwin', () => false)).toEqual(['hardware', 'swiftshader']);
  expect(adaptersToTry('hardware', 'linux', () => false)).toEqual(['hardware']);
});

test('the sandbox is given up only when asked', () => {
  const flags = (sandbox: boolean) => chromeFlags('swiftshader', { platform: 'linux', sandbox });
  expect(flags(true)).not.toContain('--no-sandbox');
  expect(flags(false)).toContain('--no-sandbox');
});

test('npm start: the choice becomes the page’s query', () => {
  const flags = parseFlags(['--preset', 'llama-3.1-8b', '--tokens=512', '--dtype', 'f16']);
  expect(demoQuery(flags, false)).toBe('?preset=llama-3.1-8b&tokens=512&dtype=f16');
  expect(demoQuery(flags, true)).toBe('?autorun=1&preset=llama-3.1-8b&tokens=512&dtype=f16');
  expect(demoQuery(parseFlags([]), false)).toBe('');
});

test('npm start: a choice that the page does not have is refused at once, and what it has is listed', () => {
  expect(() => parseFlags(['--tokens', '7', '--start=5000', '--dtype', 'f64'])).toThrow(
    new RangeError(
      '--tokens: expected one of 1, 32, 512, 4096, got “7”\n--dtype: expected one of f32, f16, bf16, got “f64”',
    ),
  );
  expect(() => parseFlags(['--tokens', '4096', '--start', '1048575'])).toThrow(/^--start: .* 0 to 1044480/);
  expect(parseFlags(['--tokens', '7', '--help']).help).toBe(true);
});

test('npm start: unknown flags and contradictions are refused', () => {
  expect(() => parseFlags(['--token', '1'])).toThrow(TypeError);
  expect(() => parseFlags(['--headless', '--open'])).toThrow(
    new RangeError('--headless and --open: expected one of them, got both'),
  );
});

test('npm start: a display is macOS, Windows, X11 or Wayland, and never CI', () => {
  expect(hasDisplay('darwin', {})).toBe(true);
  expect(hasDisplay('linux', {})).toBe(false);
  expect(hasDisplay('linux', { DISPLAY: ':0' })).toBe(true);
  expect(hasDisplay('linux', { WAYLAND_DISPLAY: 'wayland-0' })).toBe(true);
  expect(hasDisplay('darwin', { CI: 'true' })).toBe(false);
});
