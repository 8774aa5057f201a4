import { expect, test } from 'vitest';
import { type BrowserKind, browserCandidates, type Machine } from '../../scripts/browsers/find';

function paths(kind: BrowserKind, files: readonly string[], machine: Partial<Machine> = {}): string[] {
  return browserCandidates(kind, {
    platform: 'linux',
    env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
    exists: (path) => files.includes(path),
    puppeteerPath: () => undefined,
    ...machine,
  }).map(({ path, source }) => `${source} ${path}`);
}

const everything = [
  '/mine/chrome',
  '/cache/chrome',
  '/usr/bin/chromium',
  '/bin/chromium',
  '/usr/bin/google-chrome',
];

test('order: puppeteer, then the system, each name once', () => {
  expect(paths('chrome', everything, { puppeteerPath: () => '/cache/chrome' })).toEqual([
    'puppeteer /cache/chrome',
    'system /usr/bin/google-chrome',
    'system /usr/bin/chromium',
  ]);
});

test('an environment variable is the user’s choice: nothing else is tried', () => {
  for (const variable of ['PUPPETEER_EXECUTABLE_PATH', 'CHROME_PATH', 'CHROME_BIN']) {
    const env = { PATH: '/usr/bin', [variable]: '/mine/chrome' };
    expect(paths('chrome', everything, { env })).toEqual(['environment /mine/chrome']);
  }
});

test('an environment variable that names no file is an error, not a reason to take another browser', () => {
  const env = { PATH: '/usr/bin', CHROME_PATH: '/gone/chrome' };
  expect(() => paths('chrome', everything, { env })).toThrow(
    'CHROME_PATH: expected the path of a browser, got /gone/chrome, which does not exist',
  );
});

test('PUPPETEER_EXECUTABLE_PATH of a Firefox is not taken for Chrome', () => {
  const env = { PATH: '/usr/bin', PUPPETEER_EXECUTABLE_PATH: '/mine/firefox' };
  expect(paths('chrome', [...everything, '/mine/firefox'], { env })).toContain('system /usr/bin/chromium');
});

test('a puppeteer download that is not there is passed over', () => {
  expect(paths('chrome', ['/usr/bin/chromium'], { puppeteerPath: () => '/cache/chrome' })).toEqual([
    'system /usr/bin/chromium',
  ]);
});

test('usual folders are searched where PATH has none', () => {
  expect(paths('chrome', ['/usr/bin/chromium'], { env: { PATH: '/opt/node/bin' } })).toHaveLength(1);
  expect(paths('chrome', ['/opt/google/chrome/chrome'], { env: {} })).toHaveLength(1);
  expect(paths('firefox', ['/usr/bin/firefox-esr'], { env: {} })).toEqual(['system /usr/bin/firefox-esr']);
});

test('relative PATH entries are not searched', () => {
  expect(paths('chrome', ['./chromium', 'bin/chromium'], { env: { PATH: '.:bin' } })).toEqual([]);
});

test('macOS and Windows: applications, not PATH', () => {
  const chrome = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
  const firefox = '/Users/a/Applications/Firefox.app/Contents/MacOS/firefox';
  const mac = { platform: 'darwin', env: { HOME: '/Users/a' } } as const;
  expect(paths('chrome', [chrome, firefox], mac)).toEqual([`system ${chrome}`]);
  expect(paths('firefox', [chrome, firefox], mac)).toEqual([`system ${firefox}`]);
  const edge = 'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe';
  const windows = { platform: 'win32', env: { 'PROGRAMFILES(X86)': 'C:\\Program Files (x86)' } } as const;
  expect(paths('chrome', [edge], windows)).toEqual([`system ${edge}`]);
});

test('WEBGPU_ROPE_IGNORE_SYSTEM_BROWSER hides the system’s', () => {
  const env = { PATH: '/usr/bin', WEBGPU_ROPE_IGNORE_SYSTEM_BROWSER: '1' };
  expect(paths('chrome', everything, { env })).toEqual([]);
});
