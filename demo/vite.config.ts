import { fileURLToPath } from 'node:url';
import { defineConfig, type PluginOption, type UserConfig } from 'vite';
import { development } from '../scripts/development';
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
    build: { outDir: pathOf('../demo-dist'), emptyOutDir: true, target: 'es2022' },
    worker: { format: 'es', plugins: () => [packagePlugin()] },
    plugins: [packagePlugin(), recordedPlugin(pathOf('../bench/results'))],
  };
}

// `npm run dev` in this folder serves the page while you work on it; `npm start` in the root builds and opens it.
export default defineConfig(demoConfig(development));
