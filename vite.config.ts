import { defineConfig } from 'vite';

// The demo page: `npx vite` serves it while you work on it; `npm start` builds and opens it (scripts/start.ts).
export default defineConfig({
  root: 'demo',
  base: './',
  build: { outDir: '../demo-dist', emptyOutDir: true, target: 'es2022' },
  worker: { format: 'es' },
});
