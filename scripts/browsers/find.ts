/**
 * Where a browser may lie on this machine. Pure: everything it asks of the machine comes in through `Machine`,
 * so that the order can be tested anywhere.
 */
import { posix, win32 } from 'node:path';

export type BrowserKind = 'chrome' | 'firefox';

/** What the finder asks of the machine it runs on. */
export interface Machine {
  platform: NodeJS.Platform;
  env: Readonly<Record<string, string | undefined>>;
  exists: (path: string) => boolean;
  /** The browser that puppeteer downloaded, or undefined where it has none. */
  puppeteerPath: () => string | undefined;
}

export interface FoundBrowser {
  kind: BrowserKind;
  path: string;
  /** Who named this browser. One named by an environment variable is the user's choice and is never replaced. */
  source: 'environment' | 'puppeteer' | 'system';
  /** The environment variable, for messages. */
  variable?: string;
}

const pathVariables: Record<BrowserKind, readonly string[]> = {
  chrome: ['PUPPETEER_EXECUTABLE_PATH', 'CHROME_PATH', 'CHROME_BIN'],
  firefox: ['FIREFOX_PATH', 'FIREFOX_BIN'],
};

const linuxNames: Record<BrowserKind, readonly string[]> = {
  chrome: [
    'google-chrome-stable',
    'google-chrome',
    'chromium',
    'chromium-headless-shell',
    'chromium-browser',
    'microsoft-edge-stable',
    'microsoft-edge',
  ],
  firefox: ['firefox-esr', 'firefox'],
};

const linuxPaths: Record<BrowserKind, readonly string[]> = {
  chrome: [
    '/opt/google/chrome/chrome',
    '/usr/lib/chromium/chromium',
    '/usr/lib/chromium/chromium-headless-shell',
    '/usr/lib/chromium-browser/chromium-browser',
    '/opt/microsoft/msedge/msedge',
    '/snap/bin/chromium',
  ],
  firefox: ['/usr/lib/firefox-esr/firefox-esr', '/usr/lib/firefox/firefox', '/snap/bin/firefox'],
};

const macApps: Record<BrowserKind, readonly string[]> = {
  chrome: ['Google Chrome', 'Chromium', 'Microsoft Edge', 'Google Chrome Canary'],
  firefox: ['Firefox', 'Firefox Developer Edition', 'Firefox Nightly'],
};

const windowsPaths: Record<BrowserKind, readonly string[]> = {
  chrome: [
    'Google\\Chrome\\Application\\chrome.exe',
    'Chromium\\Application\\chrome.exe',
    'Microsoft\\Edge\\Application\\msedge.exe',
  ],
  firefox: ['Mozilla Firefox\\firefox.exe', 'Firefox Developer Edition\\firefox.exe'],
};

/**
 * Every browser of this kind on the machine, best first: the one an environment variable names (then it alone),
 * puppeteer's own, the system's.
 *
 * @throws {Error} an environment variable names a file that is not there
 */
export function browserCandidates(kind: BrowserKind, machine: Machine): FoundBrowser[] {
  const named = namedByEnvironment(kind, machine);
  if (named) return [named];
  const found: FoundBrowser[] = [];
  const own = machine.puppeteerPath();
  if (own !== undefined && machine.exists(own)) found.push({ kind, path: own, source: 'puppeteer' });
  // For trying what a machine without a browser does.
  if (machine.env.WEBGPU_ROPE_IGNORE_SYSTEM_BROWSER) return found;
  for (const path of systemPaths(kind, machine)) found.push({ kind, path, source: 'system' });
  return found;
}

function namedByEnvironment(kind: BrowserKind, machine: Machine): FoundBrowser | undefined {
  for (const variable of pathVariables[kind]) {
    const path = machine.env[variable];
    if (!path) continue;
    // PUPPETEER_EXECUTABLE_PATH serves either browser; it is Chrome's unless it says firefox.
    if (kind === 'chrome' && /firefox[^/\\]*$/i.test(path)) continue;
    if (!machine.exists(path))
      throw new Error(`${variable}: expected the path of a browser, got ${path}, which does not exist`);
    return { kind, path, source: 'environment', variable };
  }
  return undefined;
}

function systemPaths(kind: BrowserKind, { platform, env, exists }: Machine): string[] {
  if (platform === 'darwin') {
    const roots = ['/Applications', ...(env.HOME ? [posix.join(env.HOME, 'Applications')] : [])];
    return roots
      .flatMap((root) =>
        macApps[kind].map(
          (app) => `${root}/${app}.app/Contents/MacOS/${kind === 'firefox' ? 'firefox' : app}`,
        ),
      )
      .filter(exists);
  }
  if (platform === 'win32') {
    const roots = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA];
    return roots
      .flatMap((root) => (root ? windowsPaths[kind].map((path) => win32.join(root, path)) : []))
      .filter(exists);
  }
  // One path a name: /bin and /usr/bin are often the same folder.
  const folders = [...(env.PATH ?? '').split(':').filter((folder) => folder.startsWith('/')), '/usr/bin'];
  const named = linuxNames[kind].flatMap((name) => {
    const folder = folders.find((candidate) => exists(posix.join(candidate, name)));
    return folder === undefined ? [] : [posix.join(folder, name)];
  });
  return named.length > 0 ? named : linuxPaths[kind].filter(exists);
}
