import { build } from 'esbuild';

const [, , entry, outdir] = process.argv;
await build({
  entryPoints: { main: entry },
  outdir,
  bundle: true,
  format: 'esm',
  // Node's own modules, which engines import in branches that no page takes.
  external: ['node:*', 'fs', 'path', 'url', 'worker_threads', 'module'],
  logLevel: 'error',
});
