import { fileURLToPath } from 'node:url';
import type { Page } from 'puppeteer';
import { createServer, type ViteDevServer } from 'vite';
import { browserFromEnvironment, launchBrowser } from '../scripts/browser';
import { development } from '../scripts/development';
import type { BenchSession } from './harness/session';
import type { BenchHost, HostOptions } from './host';
import { peerPackages } from './peers/names';

/** Serves the benchmark's page with Vite, opens it in a headless browser and waits until it has a device. */
export async function openPage({ peers, onProgress, args = [] }: HostOptions): Promise<BenchHost> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const server = await serve(peers);
    closers.push(() => server.close());
    const address = server.httpServer?.address();
    const port = typeof address === 'object' && address ? address.port : 0;

    const launched = await launchBrowser({
      // Chrome's timestamps come in steps of 100 us otherwise.
      args:
        browserFromEnvironment() === 'chrome'
          ? ['--disable-dawn-features=timestamp_quantization', ...args]
          : [],
    });
    closers.push(() => launched.browser.close());
    const page = await launched.browser.newPage();
    const problems = collectProblems(page);
    await page.exposeFunction('benchProgress', onProgress);
    await page.goto(`http://127.0.0.1:${port}/bench/page/index.html`);
    // TensorFlow.js takes a while to bundle.
    await page.waitForFunction('window.bench !== undefined', { timeout: 120_000 }).catch(() => {
      throw new Error(`the benchmark's page did not start: ${problems.join('\n') || 'no message'}`);
    });
    return {
      ...sessionOf(page),
      runtime: launched.version,
      protocol: async () => {
        if (launched.kind !== 'chrome')
          throw new Error('the inspector protocol: expected Chrome, got Firefox');
        const session = await page.createCDPSession();
        return (method, params) => session.send(method as 'HeapProfiler.enable', params as undefined);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Remote = (...values: unknown[]) => Promise<unknown>;

/** The page's session: every call and its result travel as plain data. */
function sessionOf(page: Page): BenchSession {
  const call = <K extends keyof BenchSession>(name: K): BenchSession[K] => {
    const remote = (...args: unknown[]): Promise<unknown> =>
      page.evaluate((method, values) => (window.bench[method] as Remote)(...values), name, args);
    return remote as BenchSession[K];
  };
  return {
    adapter: call('adapter'),
    clock: call('clock'),
    measure: call('measure'),
    tune: call('tune'),
    creations: call('creations'),
    encodes: call('encodes'),
    tables: call('tables'),
    tableKinds: call('tableKinds'),
    qkv: call('qkv'),
    qkvHost: call('qkvHost'),
    openDecode: call('openDecode'),
    runDecode: call('runDecode'),
  };
}

async function serve(peers: readonly string[]): Promise<ViteDevServer> {
  const server = await createServer({
    configFile: false,
    root: fileURLToPath(new URL('..', import.meta.url)),
    logLevel: 'error',
    plugins: [development()],
    cacheDir: 'node_modules/.vite-bench',
    optimizeDeps: {
      noDiscovery: true,
      // TensorFlow.js imports CommonJS; onnxruntime-web is one module and finds its .wasm beside it.
      include: peers.flatMap((name) => peerPackages[name] ?? []).filter((name) => name !== 'onnxruntime-web'),
    },
    server: {
      host: '127.0.0.1',
      port: 0,
      hmr: false,
      watch: null,
      // Isolated pages have a clock of 5 us instead of 100.
      headers: {
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
      },
    },
  });
  return server.listen();
}

/** Gathers what the page complains about, for the message when it does not start. */
function collectProblems(page: Page): readonly string[] {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warn') problems.push(message.text());
  });
  return problems;
}
