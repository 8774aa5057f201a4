import { expect, test } from 'vitest';
import { adapterFromEnvironment, adaptersToTry, chromeFlags } from '../../scripts/browsers/flags';

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
