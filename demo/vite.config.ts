import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin, type PluginOption, type UserConfig } from 'vite';
import { development } from '../scripts/development';
import { minifyWgsl } from '../scripts/wgsl-text';
import { recordedPlugin } from './panels/check/recorded/plugin';

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * How the page is built.
 *
 * @param packagePlugin Leads `webgpu-rope` to its sources, or to what was built of them; called for the page and its worker.
 */
export function demoConfig(packagePlugin: () => PluginOption): UserConfig {
  return {
    root: pathOf('.'),
    base: './',
    build: { outDir: pathOf('../demo-dist'), emptyOutDir: true, target: 'es2022', cssCodeSplit: false },
    worker: { format: 'es', plugins: () => [packagePlugin(), smallWgsl()] },
    plugins: [packagePlugin(), smallWgsl(), recordedPlugin(pathOf('../bench/results'))],
  };
}

/** A build leaves comments and blanks out of the page's own shaders. */
function smallWgsl(): Plugin {
  return {
    name: 'small-wgsl',
    apply: 'build',
    enforce: 'pre',
    async load(id) {
      const [, file] = /^(.+\.wgsl)\?raw$/.exec(id) ?? [];
      return file && `export default ${JSON.stringify(minifyWgsl(await readFile(file, 'utf8')))};`;
    },
  };
}

// `npm run dev` in this folder serves the page while you work on it; `npm start` in the root builds and opens it.
export default defineConfig(demoConfig(development));
