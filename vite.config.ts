import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { recordedPlugin } from './demo/panels/check/recorded/plugin';
import { development } from './scripts/development';

// The demo page: `npx vite --configLoader runner` serves it while you work on it; `npm start` builds and opens it (scripts/start.ts).
export default defineConfig({
  root: 'demo',
  base: './',
  build: { outDir: '../demo-dist', emptyOutDir: true, target: 'es2022' },
  worker: { format: 'es', plugins: () => [development()] },
  plugins: [development(), recordedPlugin(fileURLToPath(new URL('./bench/results', import.meta.url)))],
});
