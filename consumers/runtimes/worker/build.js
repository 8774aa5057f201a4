import { build } from 'esbuild';

const [, , outdir] = process.argv;
const entryPoints = ['runtimes/worker/main.js', 'runtimes/worker/worker.js'];
await build({ entryPoints, outdir, bundle: true, format: 'esm' });
