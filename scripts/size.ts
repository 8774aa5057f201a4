/** `npm run size`: what imports of the package add to an application, WGSL included. Needs `npm run build`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { barrels, rootSpecifier } from './public-names';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Bytes below which an engine's part of the package must stay, minified by esbuild and compressed by gzip at its best. */
export const engineBudget = 24_000;

/** What an application imports, and what it may weigh. */
interface Import {
  readonly specifier: string;
  /** Left out: everything that the specifier exports. */
  readonly names?: readonly string[];
  readonly budget?: number;
}

/** The part of the package that an engine needs: RoPE itself, and the helpers of device and transfer. */
const engine: Import = {
  specifier: rootSpecifier,
  names: ['createRope', 'requestRopeDevice', 'uploadTensor', 'readTensor'],
  budget: engineBudget,
};

const imports: readonly Import[] = [
  engine,
  { specifier: rootSpecifier, names: ['createRope', 'createQkv'] },
  { specifier: rootSpecifier, names: ['ropeConfigFromHuggingFace', 'ropeConfigFromGguf'] },
  { specifier: 'webgpu-rope/additive', names: ['createAdditive'] },
  { specifier: 'webgpu-rope/bias', names: ['createAttentionBias'] },
  { specifier: 'webgpu-rope/analysis', names: ['createSimilarity'] },
  ...[...barrels().keys()].map((specifier) => ({ specifier })),
];

interface Bundle {
  readonly minified: number;
  readonly gzip: number;
  /** Bytes that each module has in it, largest first. */
  readonly modules: readonly (readonly [path: string, bytes: number])[];
}

/** A bundle of nothing but these imports, as an application's bundler makes it. */
async function bundleOf({ specifier, names }: Import): Promise<Bundle> {
  const list = names ? `{ ${names.join(', ')} }` : '*';
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export ${list} from '${specifier}';`, resolveDir: root },
    // By package.json's exports: the paths of our own tsconfig.json lead to the sources, which no application has.
    tsconfigRaw: '{}',
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    metafile: true,
  });
  const strange = Object.keys(metafile.inputs).find(
    (path) => path !== '<stdin>' && !path.startsWith('dist/'),
  );
  if (strange) throw new Error(`${specifier}: expected modules of dist alone, got ${strange}`);
  const { contents } = outputFiles[0]!;
  const modules = Object.values(metafile.outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .map(([path, { bytesInOutput }]) => [path, bytesInOutput] as const)
    .sort(([, a], [, b]) => b - a);
  return { minified: contents.length, gzip: gzipSync(contents, { level: 9 }).length, modules };
}

const cellsOf = ({ specifier, names, budget }: Import, { minified, gzip }: Bundle): string[] => [
  specifier,
  names?.join(', ') ?? 'everything',
  String(minified),
  String(gzip),
  budget === undefined ? '' : String(budget),
];

/** Columns as wide as they have to be; numbers to the right. */
function printTable(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows) {
    const cells = row.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)));
    console.log(cells.join('  ').trimEnd());
  }
}

async function main(): Promise<void> {
  if (!existsSync(join(root, 'dist/index.js'))) {
    throw new Error('dist/index.js: expected a built package; run npm run build');
  }
  const bundles = await Promise.all(imports.map(bundleOf));
  printTable([
    ['from', 'import', 'minified', 'gzip', 'budget'],
    ...imports.map((one, i) => cellsOf(one, bundles[i]!)),
  ]);
  const { modules } = bundles[imports.indexOf(engine)]!;
  console.log(`\nLargest modules of ${engine.names!.join(', ')}, minified:`);
  for (const [path, bytes] of modules.slice(0, 10)) console.log(`${String(bytes).padStart(7)}  ${path}`);
  for (const [i, { names = ['everything'], budget = Infinity }] of imports.entries()) {
    const { gzip } = bundles[i]!;
    if (gzip < budget) continue;
    console.error(`size of ${names.join(', ')}: expected fewer than ${budget} bytes gzip, got ${gzip}`);
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
