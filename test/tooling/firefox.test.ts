import { expect, test } from 'vitest';
import { type DebianMachine, firefoxInstall, firefoxPackages } from '../../scripts/browsers/debian';

function commands(files: readonly string[], machine: Partial<DebianMachine> = {}): string[] | undefined {
  const exists = (path: string): boolean => files.includes(path);
  return firefoxInstall({ platform: 'linux', uid: 0, exists, env: {}, ...machine })?.map((one) =>
    one.join(' '),
  );
}

const debian = ['/etc/debian_version', '/usr/bin/apt-get'];

test('root on Debian: Firefox and a Vulkan driver, by apt-get', () => {
  expect(commands(debian)).toEqual([
    'apt-get update',
    `apt-get install --yes --no-install-recommends ${firefoxPackages.join(' ')}`,
  ]);
});

test('not where we may not, and not where the packages are others', () => {
  expect(commands(debian, { uid: 1000 })).toBeUndefined();
  expect(commands(debian, { platform: 'darwin' })).toBeUndefined();
  expect(commands(debian, { platform: 'win32', uid: undefined })).toBeUndefined();
  expect(commands(['/usr/bin/apt-get'])).toBeUndefined();
  expect(commands(['/etc/debian_version'])).toBeUndefined();
  expect(commands([...debian, '/usr/bin/snap'])).toBeUndefined();
});

test('a Firefox named in the environment is the user’s choice: none is installed beside it', () => {
  for (const name of ['FIREFOX_PATH', 'FIREFOX_BIN'])
    expect(commands(debian, { env: { [name]: '/mine/firefox' } })).toBeUndefined();
});
