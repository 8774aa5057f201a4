import { Session } from 'node:inspector/promises';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import { create, globals } from 'webgpu';
import { findDawn } from '../scripts/dawn';
import { development } from '../scripts/development';
import type * as harnessModule from './harness';
import type { BenchHost, HostOptions } from './host';
import type * as naiveModule from './peers/naive';

/**
 * Measures through Dawn in this process, for machines with a GPU and no browser.
 *
 * @throws {Error} Dawn finds no adapter
 */
export async function openDawn({ onProgress }: HostOptions): Promise<BenchHost> {
  const { env } = await findDawn();
  Object.assign(process.env, env);
  // For the benchmark's own code: the package needs none of them.
  Object.assign(globalThis, globals);
  // Dawn goes when this is collected, devices and all: it is kept where the host is.
  const gpu = create(['disable-dawn-features=timestamp_quantization']);
  if (env.LD_LIBRARY_PATH && !(await gpu.requestAdapter())) {
    // The dynamic linker has read that variable before this process could set it.
    throw new Error(
      `--dawn: expected the Vulkan loader libvulkan.so.1, got none: install it (on Debian: apt-get install libvulkan1), or start with LD_LIBRARY_PATH=${env.LD_LIBRARY_PATH}`,
    );
  }

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
    loadOnnxQkv: async () => {
      throw new Error('onnxruntime-web: expected a browser, got Node');
    },
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
