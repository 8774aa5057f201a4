import { build } from 'vite';

const [, , outDir] = process.argv;
await build({
  root: new URL('../../app', import.meta.url).pathname,
  configFile: false,
  logLevel: 'warn',
  build: { outDir, emptyOutDir: true },
});
