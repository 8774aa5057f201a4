/** Builds the demo page into a folder of its own and serves it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, mergeConfig, type PluginOption, preview } from 'vite';
import { demoConfig } from '../../demo/vite.config';

/** Where a page that was built is. */
export interface ServedPage {
  readonly url: string;
  /** Where it was built to. */
  readonly outDir: string;
}

/**
 * Builds the page and serves it on a free port.
 *
 * @param packagePlugin Leads the package's name somewhere.
 * @param plugins Further ones, of the page and of its worker.
 */
export async function serveDemo(
  packagePlugin: () => PluginOption,
  plugins: readonly PluginOption[] = [],
): Promise<ServedPage & { close(): Promise<void> }> {
  const outDir = await mkdtemp(join(tmpdir(), 'webgpu-rope-demo-'));
  const config = mergeConfig(demoConfig(packagePlugin), {
    configFile: false,
    logLevel: 'error',
    plugins,
    worker: { plugins: () => plugins },
    build: { outDir },
    preview: { port: 0, host: '127.0.0.1', open: false },
  });
  await build(config);
  const server = await preview(config);
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error('vite preview: expected an address, got none');
  return {
    url,
    outDir,
    async close() {
      await server.close();
      await rm(outDir, { recursive: true, force: true });
    },
  };
}
