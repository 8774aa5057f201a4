/** `npm run size`: what `createRope` costs an application, shaders included, against its budget. Needs `npm run build`. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
/** Bytes, minified by esbuild and compressed by gzip at its best; a bundle must stay below. */
const budget = 12_000;

if (!existsSync(join(root, 'dist/index.js')))
  throw new Error('dist/index.js: expected a built package; run npm run build');

// Imported by its own name, through package.json's exports, as an application would.
const { outputFiles, metafile } = await build({
  stdin: { contents: "export { createRope } from 'webgpu-rope';", resolveDir: root },
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  write: false,
  metafile: true,
});
const [output] = outputFiles;
if (!output) throw new Error('esbuild: expected one output file, got none');
const bytes = gzipSync(output.contents, { level: 9 }).length;

const parts = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
for (const [path, { bytesInOutput }] of parts
  .sort((a, b) => b[1].bytesInOutput - a[1].bytesInOutput)
  .slice(0, 10)) {
  if (bytesInOutput > 0) console.log(`${String(bytesInOutput).padStart(7)}  ${path}`);
}
console.log(`createRope: ${output.contents.length} bytes minified, ${bytes} gzip, budget ${budget}`);
if (bytes >= budget) {
  console.error(`size: expected fewer than ${budget} bytes gzip, got ${bytes}`);
  process.exitCode = 1;
}
