import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { recordedPlugin } from './demo/panels/check/recorded/plugin';

// The demo page: `npx vite --configLoader runner` serves it while you work on it; `npm start` builds and opens it (scripts/start.ts).
export default defineConfig({
  root: 'demo',
  base: './',
  build: { outDir: '../demo-dist', emptyOutDir: true, target: 'es2022' },
  worker: { format: 'es' },
  plugins: [recordedPlugin(fileURLToPath(new URL('./bench/results', import.meta.url)))],
});
