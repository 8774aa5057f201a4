/** What checks of consumers share: processes, pages, browsers. One of each browser a run. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LaunchedBrowser, launchBrowser } from '../../scripts/browser';
import type { BrowserKind } from '../../scripts/browsers/find';
import { readyFirefox } from '../../scripts/firefox';
import { type Served, serve } from './serve';

/** The folder of the consumers: the project of someone else's. */
export const consumersFolder = join(import.meta.dirname, '..');

/** How long a process or a page may take before it counts as hung. */
const hangMs = 240_000;

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
}

interface ProcessOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Default the folder of the consumers. */
  readonly cwd?: string;
  /** Exit statuses that are no failure. Default 0 alone. */
  readonly allowed?: readonly number[];
}

/**
 * Runs a program to its end.
 *
 * @throws {Error} it cannot be started, hangs, or ends with a status other than 0; the message has what it wrote
 */
export async function runProcess(
  command: string,
  args: readonly string[],
  { env = {}, cwd = consumersFolder, allowed = [0] }: ProcessOptions = {},
): Promise<Ran> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: hangMs,
    killSignal: 'SIGKILL',
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const status = await new Promise<number | string | null>((settle, fail) => {
    child.once('error', fail).once('close', (code, signal) => settle(code ?? signal));
  });
  if (typeof status !== 'number' || !allowed.includes(status)) {
    throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}\n${stderr}`);
  }
  return { stdout, stderr };
}

/** What a page leaves in `globalThis.outcome`. */
interface Outcome<T> {
  readonly result?: T;
  readonly error?: string;
}

export class Workshop {
  readonly #browsers = new Map<BrowserKind, Promise<LaunchedBrowser>>();
  readonly #folders: string[] = [];

  /** @param seed Of the numbers that are rotated. */
  constructor(readonly seed: number) {}

  #tarball: string | undefined;

  /** The path of the packed package. */
  get tarball(): string {
    if (this.#tarball === undefined) throw new Error('tarball: expected an installed package');
    return this.#tarball;
  }

  set tarball(path: string) {
    this.#tarball = path;
  }

  /** An empty folder, gone at the end. */
  async folder(name: string): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), `webgpu-rope-${name}-`));
    this.#folders.push(folder);
    return folder;
  }

  /** Runs a module of the consumers in Node; arguments follow it. */
  node(
    script: string,
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Ran> {
    return runProcess(process.execPath, [script, ...args], { env });
  }

  browser(kind: BrowserKind): Promise<LaunchedBrowser> {
    const start = kind === 'firefox' ? readyFirefox : () => launchBrowser({ browser: kind });
    const launched = this.#browsers.get(kind) ?? start();
    this.#browsers.set(kind, launched);
    return launched;
  }

  /**
   * Opens a page and waits for its outcome.
   *
   * @throws {Error} it failed, or anything was written to the console as an error
   */
  async outcome<T>(served: Served, kind: BrowserKind = 'chrome'): Promise<T> {
    const { browser } = await this.browser(kind);
    const server = await serve(served);
    const page = await browser.newPage();
    // Whatever the page complains about ends the wait.
    const complaint = new Promise<never>((_, fail) => {
      const complain = (text: string): void => fail(new Error(`the page's console: ${text}`));
      page.on('pageerror', (error) => complain(String(error)));
      page.on('requestfailed', (request) => complain(`${request.url()} failed`));
      page.on('console', (message) => {
        const isOurProbe = kind === 'firefox' && message.text().includes('webgpu-rope f16 probe');
        // Firefox tells of the shader that createRope tries, and does without.
        if (message.type() === 'error' && !isOurProbe) complain(message.text());
      });
    });
    // It may come when nobody waits any more.
    complaint.catch(() => {});
    const left = async (): Promise<Outcome<T>> => {
      const query = new URLSearchParams({ ...served.query, seed: String(this.seed) });
      await page.goto(`${server.url}?${query}`, { timeout: hangMs });
      await page.waitForFunction('globalThis.outcome !== undefined', { polling: 100, timeout: hangMs });
      return (await page.evaluate('globalThis.outcome')) as Outcome<T>;
    };
    try {
      const { result, error } = await Promise.race([left(), complaint]);
      if (error !== undefined) throw new Error(error);
      return result as T;
    } finally {
      await page.close();
      await server.close();
    }
  }

  async close(): Promise<void> {
    for (const launched of this.#browsers.values()) {
      // A launch that failed has failed its check.
      await (await launched.catch(() => undefined))?.browser.close();
    }
    for (const folder of this.#folders) await rm(folder, { recursive: true, force: true });
  }
}

/** The installed version of a package. */
export function versionOf(name: string): string {
  const file = join(consumersFolder, 'node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
