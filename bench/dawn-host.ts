import { existsSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import { development } from '../scripts/development';
import type * as harnessModule from './harness';
import type { BenchHost, HostOptions } from './host';
import type * as naiveModule from './peers/naive';

/** What the npm package `webgpu` exports. It is not installed with the project: 130 MB for one machine in many. */
interface DawnModule {
  create(options: string[]): GPU;
  globals: Record<string, unknown>;
}

/** Where Chromium keeps its software adapter, which Dawn can use as well. */
const swiftshader = '/usr/lib/chromium/vk_swiftshader_icd.json';

/**
 * Measures through Dawn in this process, for machines with a GPU and no browser.
 *
 * @throws {Error} the package `webgpu` is not installed, or it finds no adapter
 */
export async function openDawn({ onProgress }: HostOptions): Promise<BenchHost> {
  const name = 'webgpu';
  const dawn = (await import(name).catch(() => {
    throw new Error('--dawn: expected the npm package webgpu: run npm install --no-save webgpu@0.6.2');
  })) as DawnModule;
  Object.assign(globalThis, dawn.globals);
  if (process.env.WEBGPU_ADAPTER === 'swiftshader' && existsSync(swiftshader)) {
    process.env.VK_DRIVER_FILES ??= swiftshader;
  }
  // Dawn goes when this is collected, devices and all: it is kept where the host is.
  const gpu = dawn.create(['disable-dawn-features=timestamp_quantization']);

  // Vite resolves the WGSL that src and bench import as text.
  const server = await createServer({
    configFile: false,
    root: fileURLToPath(new URL('..', import.meta.url)),
    plugins: [development()],
    logLevel: 'error',
    server: { middlewareMode: true, hmr: false, watch: null, ws: false },
    optimizeDeps: { noDiscovery: true },
    appType: 'custom',
  });
  const { openSession, requestRopeDevice } = (await server.ssrLoadModule(
    '/bench/harness/index.ts',
  )) as typeof harnessModule;
  const device = await requestRopeDevice({
    gpu,
    optionalFeatures: ['shader-f16', 'subgroups'],
    onLost: () => {},
  });
  const session = openSession(device, {
    onProgress,
    freshDevice: () => requestRopeDevice({ gpu, onLost: () => {} }),
    loadPeer: async (peer) => {
      const naive = (await server.ssrLoadModule('/bench/peers/naive.ts')) as typeof naiveModule;
      if (peer === 'naive-table') return naive.makeNaiveTablePeer;
      if (peer === 'naive-trig') return naive.makeNaiveTrigPeer;
      return async () => 'it needs a browser';
    },
  });
  const host: BenchHost & { gpu: GPU } = {
    ...session,
    gpu,
    runtime: `Dawn in Node ${process.versions.node}`,
    protocol: async () => {
      const inspector = new Session();
      inspector.connect();
      return async (method, params) => inspector.post(method, params);
    },
    close: async () => {
      device.destroy();
      await server.close();
    },
  };
  return host;
}
