/** Builds the demo page into a folder of its own and serves it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build, mergeConfig, type Plugin, type PluginOption, preview } from 'vite';
import { demoConfig } from '../../demo/vite.config';

/** Where a page that was built is. */
export interface ServedPage {
  readonly url: string;
  /** Where it was built to. */
  readonly outDir: string;
}

/** Whose panels the page has: the explorer's own, or those of test/demo/fixture. */
export type Panels = 'own' | 'fixture';

/**
 * Builds the page and serves it on a free port.
 *
 * @param packagePlugin Leads the package's name somewhere.
 */
export async function buildSite(
  panels: Panels,
  packagePlugin: () => PluginOption,
): Promise<ServedPage & { close(): Promise<void> }> {
  const outDir = await mkdtemp(join(tmpdir(), 'webgpu-rope-demo-'));
  const plugins = panels === 'fixture' ? [fixturePanels()] : [];
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

/** Puts the fixture's panels and tasks where main.ts and the worker import the explorer's. */
function fixturePanels(): Plugin {
  const places = [
    { importer: '/demo/main.ts', source: './panels', file: 'panels.ts' },
    { importer: '/demo/shell/explorer.worker.ts', source: '../panels/tasks', file: 'tasks.ts' },
  ];
  return {
    name: 'fixture-panels',
    enforce: 'pre',
    resolveId(source, importer) {
      const place = places.find((at) => source === at.source && importer?.endsWith(at.importer));
      return place && resolve('test/demo/fixture', place.file);
    },
  };
}
