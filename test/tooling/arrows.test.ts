/** Plants what `npm run lint` must find, in a project of nothing else: a pattern that matches nothing would be silent. */
import { spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeFiles } from '../package/project';

type Rule = 'noRestrictedImports' | 'noImportCycles' | 'useMaxParams';

interface Planted {
  readonly path: string;
  readonly text: string;
  /** Null where there is nothing to find. */
  readonly rule: Rule | null;
}

/** An import that is an arrow the wrong way, or one that is allowed. */
function arrow(path: string, source: string, rule: Rule | null = 'noRestrictedImports'): Planted {
  return { path, rule, text: `import { name } from '${source}';\nexport const value = name;\n` };
}

const kernelRooms = ['kernel', 'rope', 'token-table', 'qkv', 'additive', 'bias', 'similarity'];
const pureRooms = [
  'config',
  'frequencies',
  'tables',
  'positions',
  'encodings',
  'biases',
  'weights',
  'analysis',
];

const arrows: readonly Planted[] = [
  ...pureRooms.flatMap((room) =>
    kernelRooms.map((kernel) => arrow(`src/${room}/to-${kernel}.ts`, `../${kernel}/core`)),
  ),
  arrow('src/analysis/to-index.ts', '../similarity'),
  arrow('src/analysis/deep/to-kernel.ts', '../../kernel/core'),
  arrow('src/analysis/to-sibling.ts', './similarity', null),
  arrow('src/analysis/to-reference.ts', '../reference/rope', null),
  arrow('src/analysis/to-config.ts', '../config/types', null),
  arrow('src/analysis/to-package.ts', 'webgpu-rope'),
  arrow('src/analysis/to-bench.ts', '../../bench/harness/random'),
  ...kernelRooms.flatMap((room) =>
    kernelRooms
      .filter(
        (other) =>
          other !== room &&
          other !== 'kernel' &&
          !(['qkv', 'token-table'].includes(room) && other === 'rope'),
      )
      .map((other) => arrow(`src/${room}/to-${other}.ts`, `../${other}/core`)),
  ),
  arrow('src/qkv/to-rope.ts', '../rope/core', null),
  arrow('src/token-table/to-rope.ts', '../rope/core', null),
  arrow('src/rope/to-kernel.ts', '../kernel/core', null),
  arrow('src/rope/to-tables.ts', '../tables/tables', null),
  arrow('src/reference/to-config.ts', '../config/types'),
  arrow('src/reference/to-kernel.ts', '../kernel/core'),
  arrow('src/reference/to-shader.ts', '../../shaders/rope.wgsl?raw'),
  arrow('src/reference/to-package.ts', 'webgpu-rope'),
  arrow('src/reference/to-errors.ts', '../errors', null),
  arrow('src/reference/to-dtypes.ts', '../dtypes', null),
  arrow('src/reference/to-sibling.ts', './rope', null),
  arrow('src/errors.ts', './kernel/core'),
  arrow('src/dtypes.ts', './errors', null),
  arrow('bench/to-demo.ts', '../demo/format'),
  arrow('bench/to-scripts.ts', '../scripts/browser', null),
  arrow('scripts/to-demo.ts', '../demo/format'),
  arrow('scripts/to-bench.ts', '../bench/schema'),
  arrow('test/bench/to-demo.ts', '../../demo/format'),
  arrow('test/demo/to-demo.ts', '../../demo/format', null),
  arrow('vite.config.ts', './demo/vite.config'),
  arrow('demo/panels/see/to-src.ts', '../../../src/biases/t5'),
  arrow('demo/panels/see/to-bench.ts', '../../../bench/presets', null),
  arrow('demo/panels/see/to-package.ts', 'webgpu-rope/bias', null),
];

/** Every form that an import takes. */
const forms: readonly Planted[] = [
  ['type', "import type { Rope } from '../rope/rope';\nexport type Value = Rope;\n"],
  ['export', "export { rope } from '../rope/rope';\n"],
  ['export-type', "export type { Rope } from '../rope/rope';\n"],
  ['export-all', "export * from '../rope/rope';\n"],
  ['dynamic', "export const load = () => import('../rope/rope');\n"],
].map(([name, text]) => ({
  path: `src/tables/${name}.ts`,
  text: text as string,
  rule: 'noRestrictedImports',
}));

const cycles: readonly Planted[] = [
  { path: 'bench/type-a.ts', text: cycleTo('B', './type-b', 'A'), rule: 'noImportCycles' },
  { path: 'bench/type-b.ts', text: cycleTo('A', './type-a', 'B'), rule: 'noImportCycles' },
  {
    path: 'bench/re-a.ts',
    text: "export type { Mark } from './re-b';\nexport type Other = 1;\n",
    rule: 'noImportCycles',
  },
  { path: 'bench/re-b.ts', text: cycleTo('Other', './re-a', 'Mark'), rule: 'noImportCycles' },
];

function cycleTo(name: string, source: string, own: string): string {
  return `import type { ${name} } from '${source}';\nexport interface ${own} {\n  readonly other: ${name};\n}\n`;
}

const five = 'a: 1, b: 1, c: 1, d: 1, e: 1';
const parameters: readonly Planted[] = [
  ['function', `export function sum(${five}) {\n  return [a, b, c, d, e];\n}\n`],
  ['arrow', `export const sum = (${five}) => [a, b, c, d, e];\n`],
  ['method', `export class Sum {\n  of(${five}) {\n    return [a, b, c, d, e];\n  }\n}\n`],
  [
    'constructor',
    `export class Sum {\n  all: number[];\n  constructor(${five}) {\n    this.all = [a, b, c, d, e];\n  }\n}\n`,
  ],
].flatMap(([name, text]) =>
  ['src/kernel', 'bench', 'demo', 'scripts'].map((folder) => ({
    path: `${folder}/five-${name}.ts`,
    text: text as string,
    rule: 'useMaxParams' as const,
  })),
);

const planted = [...arrows, ...forms, ...cycles, ...parameters];

interface Report {
  readonly diagnostics: readonly {
    readonly category: string;
    readonly location: { readonly path: string };
  }[];
}

let folder: string;
let found: ReadonlyMap<string, readonly string[]>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webgpu-rope-arrows-'));
  await copyFile('biome.json', join(folder, 'biome.json'));
  await writeFiles(folder, Object.fromEntries(planted.map(({ path, text }) => [path, text])));
  const biome = join(
    dirname(createRequire(import.meta.url).resolve('@biomejs/biome/package.json')),
    'bin/biome',
  );
  const options = ['--vcs-enabled=false', '--max-diagnostics=none', '--reporter=json'];
  const { stdout, stderr } = spawnSync(process.execPath, [biome, 'lint', ...options], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (!stdout.startsWith('{')) throw new Error(`biome: expected a report, got ${stdout}${stderr}`);
  const byPath = new Map<string, string[]>();
  for (const { category, location } of (JSON.parse(stdout) as Report).diagnostics) {
    byPath.set(location.path, [...(byPath.get(location.path) ?? []), category.replace(/^.*\//, '')]);
  }
  found = byPath;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each([
  ['arrows between rooms', arrows],
  ['an arrow in every form of import', forms],
  ['circles of files, types included', cycles],
  ['more than four positional parameters', parameters],
] as const)('%s', (_, files) => {
  test.each(files)('$path: $rule', ({ path, rule }) => {
    expect(found.get(path) ?? []).toEqual(rule === null ? [] : [rule]);
  });
});
