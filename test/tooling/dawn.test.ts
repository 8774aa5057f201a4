import { expect, test } from 'vitest';
import { type DawnMachine, dawnCandidates } from '../../scripts/dawn';

const debianDriver = '/usr/lib/chromium/vk_swiftshader_icd.json';

function candidates(files: readonly string[], machine: Partial<DawnMachine> = {}): string[] {
  return dawnCandidates({
    platform: 'linux',
    env: {},
    exists: (path) => files.includes(path),
    bundledFits: true,
    ...machine,
  }).map(({ source, software }) => `${source}${software ? '' : ', no software'}`);
}

test('Linux without a GPU: npm’s SwiftShader, then Debian’s if it is there, then the system’s drivers', () => {
  expect(candidates([])).toEqual(['npm', 'system']);
  expect(candidates([debianDriver])).toEqual(['npm', 'chromium', 'system']);
  expect(candidates([], { bundledFits: false })).toEqual(['system']);
});

test('Linux with a GPU device: the GPU first', () => {
  expect(candidates(['/dev/dri'])).toEqual(['system, no software', 'npm', 'system']);
});

test('WEBGPU_ADAPTER means what it does for browsers', () => {
  const chosen = (choice: string) => candidates(['/dev/dri'], { env: { WEBGPU_ADAPTER: choice } });
  expect(chosen('swiftshader')).toEqual(['npm', 'system']);
  expect(chosen('hardware')).toEqual(['system, no software']);
  expect(() => chosen('gpu')).toThrow(/^WEBGPU_ADAPTER: expected/);
});

test('a driver named in the environment is the user’s choice: nothing else is tried', () => {
  for (const name of ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'])
    expect(candidates([debianDriver, '/dev/dri'], { env: { [name]: '/mine.json' } })).toEqual([
      'environment',
    ]);
});

test('macOS and Windows: what the system has', () => {
  for (const platform of ['darwin', 'win32'] as const)
    expect(candidates([], { platform, bundledFits: false })).toEqual(['system']);
});
