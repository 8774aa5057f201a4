/** TypeScript in the pages: taken out, type-checked against the sources, and run on stand-ins. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { transformSync } from 'esbuild';
import { publicNames, rootSpecifier } from '../../scripts/public-names';

const root = join(import.meta.dirname, '../..');

/** A piece of code of a page. */
export interface Snippet {
  /** Page and line where it begins, such as `docs/engine.md:40`. */
  readonly where: string;
  /** Without its import statements. */
  readonly code: string;
  /** What it has imported, and what the page's blocks before it have: `createRope` or `type Rope`, and its specifier. */
  readonly imports: ReadonlyMap<string, string>;
}

/** Paths of the pages that show code. */
export const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

export const readText = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The fenced blocks of TypeScript in a page. A page imports a name once; its other blocks use it. */
export function blocksOf(path: string): Snippet[] {
  const imports = new Map<string, string>();
  return textsOf(path, /(?<=^ *```ts\n).*?(?=^ *```$)/gms).map(({ where, text }) => {
    for (const [name, specifier] of importsOf(text)) imports.set(name, specifier);
    return { where, code: text.replace(importStatement, ''), imports: new Map(imports) };
  });
}

/** What the tables of a page show of the API: whole calls, and properties such as `` `positions: { … }` ``. */
export function fragmentsOf(path: string): Snippet[] {
  const cell =
    /(?<=\|[^\n]*`)(?:(?:createRope|ropeConfig|rope\.|layer\.|axial|mrope|permutePairing)[^`\n]*\)|(?:positions|scaling|axes|pairing): [^`\n]+)(?=`)/g;
  return textsOf(path, cell).map(({ where, text }) => {
    // An ellipsis stands for what the reader fills in; `'a'`, `'b'` and `'a' | 'b'` are for people.
    const whole = text.replaceAll(/, …|…, |…/g, '').replaceAll("' \\| '", "' as string as '");
    const code = /^\w+: /.test(whole) ? `({ ${whole} }) satisfies Properties;` : `void ${whole};`;
    return { where, code, imports: new Map() };
  });
}

/** What the pattern finds in a page, each with the line where it begins. */
function textsOf(path: string, pattern: RegExp): { where: string; text: string }[] {
  const page = readText(path);
  return [...page.matchAll(pattern)].map(({ 0: text, index }) => ({
    where: `${path}:${page.slice(0, index).split('\n').length}`,
    text,
  }));
}

const importStatement = /^import (type )?\{([^}]*)\} from '(webgpu-rope[\w/]*)';\n/gms;

/** The names a piece of code imports from the package, as it writes them, with their specifiers. */
function importsOf(text: string): [name: string, specifier: string][] {
  return [...text.matchAll(importStatement)].flatMap(([, type = '', list, specifier]) =>
    list!
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean)
      .map((name): [string, string] => [type + name, specifier!]),
  );
}

/** The root's functions, which pages may use without importing them. */
const rootValues = publicNames().filter(({ specifier, isType }) => specifier === rootSpecifier && !isType);

/** What `tsc` has to say about the snippets; every one is a function body, with `ambient` in sight. */
export function typeErrors(snippets: readonly Snippet[], ambient: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'webgpu-rope-docs-'));
  try {
    writeFileSync(join(folder, 'ambient.ts'), ambient);
    for (const { where, code, imports } of snippets) {
      const head = new Map<string, string>(rootValues.map(({ name }) => [name, rootSpecifier]));
      for (const [name, specifier] of imports) head.set(name, specifier);
      const statements = [...head]
        .filter(([name]) => new RegExp(`\\b${name.replace('type ', '')}\\b`).test(code))
        .map(([name, specifier]) => `import { ${name} } from '${specifier}';\n`);
      const file = where.replaceAll(/[/:.]/g, '-');
      const body = `export async function snippet() {\n${code}\n}\n`;
      writeFileSync(join(folder, `${file}.ts`), statements.join('') + body);
    }
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: join(root, 'tsconfig.json'),
        compilerOptions: {
          noUnusedLocals: false,
          noUnusedParameters: false,
          types: ['@webgpu/types', 'vite/client'].map((name) => join(root, 'node_modules', name)),
        },
        include: ['*.ts'],
        files: [join(root, 'src/wgsl.d.ts')],
      }),
    );
    const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
    const { stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    return stdout + stderr;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a snippet with these names in scope. */
export async function runSnippet({ code }: Snippet, scope: Readonly<Record<string, unknown>>): Promise<void> {
  const { code: plain } = transformSync(code, { loader: 'ts' });
  const AsyncFunction = (async () => {}).constructor as new (
    ...words: string[]
  ) => (...values: unknown[]) => Promise<void>;
  // A block of its own, so that a snippet can declare names that are in scope.
  await new AsyncFunction(...Object.keys(scope), `{\n${plain}\n}`)(...Object.values(scope));
}
