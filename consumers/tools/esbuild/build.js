import { build } from 'esbuild';

const [, , outdir] = process.argv;
await build({ entryPoints: ['app/main.js'], outdir, bundle: true, minify: true, format: 'esm' });
