/**
 * Finds a browser and starts it with WebGPU. What it hands back has an adapter: that is tried before it returns.
 * Order: an environment variable, puppeteer's own download, the system's, the one from npm.
 */
import { existsSync } from 'node:fs';
import puppeteer, { type Browser } from 'puppeteer';
import { bundledBrowser, bundledBrowserFits } from './browsers/bundled';
import { type BrowserKind, browserCandidates, type FoundBrowser, type Machine } from './browsers/find';
import {
  type AdapterChoice,
  adapterFromEnvironment,
  adaptersToTry,
  chromeFlags,
  firefoxPreferences,
} from './browsers/flags';
import { type AdapterReport, probeAdapter } from './browsers/probe';

export type { AdapterChoice } from './browsers/flags';
export type { AdapterReport } from './browsers/probe';

export interface LaunchOptions {
  /** Default true. The browser from npm is headless only. */
  headless?: boolean;
  /** Default: the environment variable WEBGPU_ADAPTER, else "auto". */
  adapter?: AdapterChoice;
  /** Default: the environment variable BROWSER where it says "firefox", else "chrome". */
  browser?: BrowserKind;
  /** More command-line arguments for the browser. */
  args?: readonly string[];
}

export interface LaunchedBrowser {
  /** Close it when done: an open one keeps Node running. */
  browser: Browser;
  kind: BrowserKind;
  path: string;
  /** As the browser names itself, for example "HeadlessChrome/147.0.7727.0". */
  version: string;
  adapter: AdapterReport;
}

interface Start {
  kind: BrowserKind;
  path: string;
  source: FoundBrowser['source'] | 'npm';
  variable?: string;
  env: Record<string, string>;
}

/** "firefox" where the environment variable BROWSER says so; other values of it are for desktop tools, not for us. */
export function browserFromEnvironment(env: NodeJS.ProcessEnv = process.env): BrowserKind {
  return env.BROWSER?.toLowerCase() === 'firefox' ? 'firefox' : 'chrome';
}

/**
 * Starts a browser that has a WebGPU adapter.
 *
 * @throws {Error} none was found or none of those found has an adapter; the message lists what was tried and what to install
 * @throws {RangeError} WEBGPU_ADAPTER names no adapter
 */
export async function launchBrowser(options: LaunchOptions = {}): Promise<LaunchedBrowser> {
  const kind = options.browser ?? browserFromEnvironment();
  const choice = options.adapter ?? adapterFromEnvironment(process.env.WEBGPU_ADAPTER);
  const failures: string[] = [];
  for await (const start of starts(kind, options.headless ?? true, failures)) {
    const adapters =
      kind === 'firefox' ? (['hardware'] as const) : adaptersToTry(choice, process.platform, existsSync);
    for (const adapter of adapters) {
      const launched = await tryStart(start, adapter, choice, options).catch((error: unknown) => {
        failures.push(`${start.path} (${start.variable ?? start.source}, ${adapter}): ${inShort(error)}`);
        return undefined;
      });
      if (launched) return launched;
    }
  }
  const tried = failures.length > 0 ? ` Tried:\n  ${failures.join('\n  ')}` : '';
  throw new Error(`No browser with a WebGPU adapter. ${advice(kind, choice)}${tried}`);
}

async function* starts(kind: BrowserKind, headless: boolean, failures: string[]): AsyncGenerator<Start> {
  const found = browserCandidates(kind, thisMachine(kind));
  for (const browser of found) yield { ...browser, env: {} };
  const chosen = found[0]?.source === 'environment';
  if (chosen || kind !== 'chrome' || !headless || !bundledBrowserFits(process.platform, process.arch)) return;
  const bundled = await bundledBrowser().catch((error: unknown) => {
    failures.push(inShort(error));
    return undefined;
  });
  if (bundled) yield { kind, source: 'npm', ...bundled };
}

async function tryStart(
  start: Start,
  adapter: 'hardware' | 'swiftshader',
  choice: AdapterChoice,
  { headless = true, args = [] }: LaunchOptions,
): Promise<LaunchedBrowser> {
  const browser = await startProcess(start, adapter, headless, args);
  try {
    const report = await probeAdapter(browser);
    if (start.kind === 'chrome' && adapter === 'hardware' && report.software) {
      throw new Error(`its only adapter is a software one, ${report.name}`);
    }
    if (start.kind === 'firefox' && choice === 'hardware' && report.software) {
      throw new Error(`WEBGPU_ADAPTER is "hardware", its adapter is a software one, ${report.name}`);
    }
    return { browser, kind: start.kind, path: start.path, version: await browser.version(), adapter: report };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

async function startProcess(
  start: Start,
  adapter: 'hardware' | 'swiftshader',
  headless: boolean,
  args: readonly string[],
): Promise<Browser> {
  const common = {
    executablePath: start.path,
    env: { ...process.env, ...start.env },
    timeout: 60_000,
    // SwiftShader may keep the page's main thread busy for long.
    protocolTimeout: 600_000,
  };
  if (start.kind === 'firefox') {
    return puppeteer.launch({
      ...common,
      browser: 'firefox',
      headless,
      args: [...args],
      extraPrefsFirefox: { ...firefoxPreferences },
    });
  }
  const launch = (sandbox: boolean): Promise<Browser> =>
    puppeteer.launch({
      ...common,
      headless: headless && start.source === 'npm' ? 'shell' : headless,
      args: [...chromeFlags(adapter, { platform: process.platform, sandbox }), ...args],
    });
  const unsandboxed = process.getuid?.() === 0 || Boolean(process.env.CI);
  if (unsandboxed) return launch(false);
  // Containers and some distributions forbid the user namespaces that the sandbox needs.
  return launch(true).catch((error: unknown) => {
    if (!/sandbox|namespace/i.test(String(error))) throw error;
    return launch(false);
  });
}

function thisMachine(kind: BrowserKind): Machine {
  return {
    platform: process.platform,
    env: process.env,
    exists: existsSync,
    puppeteerPath: () => puppeteerPath(kind),
  };
}

function puppeteerPath(kind: BrowserKind): string | undefined {
  try {
    return puppeteer.executablePath({ browser: kind });
  } catch {
    return undefined;
  }
}

function advice(kind: BrowserKind, choice: AdapterChoice): string {
  if (kind === 'firefox') {
    return 'Install Firefox 141 or later (on Debian: apt-get install firefox-esr mesa-vulkan-drivers) or name one in FIREFOX_PATH.';
  }
  if (choice === 'hardware')
    return 'WEBGPU_ADAPTER is "hardware": install the GPU\'s driver, or leave the variable unset to allow the software adapter.';
  return 'Install Google Chrome 113 or later (on Debian: apt-get install chromium) or name one in CHROME_PATH.';
}

/** Puppeteer's advice on how to look for trouble is left out; what the browser itself wrote stays. */
function inShort(error: unknown): string {
  const [text = ''] = (error instanceof Error ? error.message : String(error)).split('TROUBLESHOOTING');
  return text.replace(/\s+/g, ' ').trim().slice(0, 400);
}
