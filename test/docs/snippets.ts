/** TypeScript in the pages: taken out, type-checked against the sources, and run on stand-ins. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { transformSync } from 'esbuild';

const root = join(import.meta.dirname, '../..');

/** A piece of code of a page. */
export interface Snippet {
  /** Page and line where it begins, such as `docs/engine.md:40`. */
  readonly where: string;
  readonly code: string;
}

/** Paths of the pages that show code. */
export const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

export const readText = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The fenced blocks of TypeScript in a page. */
export function blocksOf(path: string): Snippet[] {
  return snippetsOf(path, /(?<=^ *```ts\n).*?(?=^ *```$)/gms, (code) => code);
}

/** What the tables of a page show of the API: whole calls, and properties such as `` `positions: { … }` ``. */
export function fragmentsOf(path: string): Snippet[] {
  const cell =
    /(?<=\|[^\n]*`)(?:(?:createRope|ropeConfig|rope\.|layer\.|axial|mrope|permutePairing)[^`\n]*\)|(?:positions|scaling|axes|pairing): [^`\n]+)(?=`)/g;
  return snippetsOf(path, cell, (code) => {
    // An ellipsis stands for what the reader fills in; `'a'`, `'b'` and `'a' | 'b'` are for people.
    const whole = code.replaceAll(/, …|…, |…/g, '').replaceAll("' \\| '", "' as string as '");
    return /^\w+: /.test(whole) ? `({ ${whole} }) satisfies Properties;` : `void ${whole};`;
  });
}

function snippetsOf(path: string, pattern: RegExp, codeOf: (text: string) => string): Snippet[] {
  const text = readText(path);
  return [...text.matchAll(pattern)].map(({ 0: found, index }) => ({
    where: `${path}:${text.slice(0, index).split('\n').length}`,
    code: codeOf(found),
  }));
}

const imports = /^import (?:type )?\{([^}]*)\} from 'webgpu-rope';\n/gms;

/** What `tsc` has to say about the snippets; every one is a function body, with `ambient` in sight. */
export function typeErrors(
  snippets: readonly Snippet[],
  ambient: string,
  exported: readonly string[],
): string {
  const folder = mkdtempSync(join(tmpdir(), 'webgpu-rope-docs-'));
  try {
    writeFileSync(join(folder, 'ambient.ts'), ambient);
    for (const { where, code } of snippets) {
      const own = code.match(imports)?.join('') ?? '';
      // A page names the imports once; its other blocks use them.
      const used = exported.filter((name) => new RegExp(`\\b${name}\\b`).test(code) && !own.includes(name));
      const head = `${own}import { ${used.join(', ')} } from 'webgpu-rope';\n`;
      const body = code.replace(imports, '');
      const file = where.replaceAll(/[/:.]/g, '-');
      writeFileSync(join(folder, `${file}.ts`), `${head}export async function snippet() {\n${body}\n}\n`);
    }
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: join(root, 'tsconfig.json'),
        compilerOptions: {
          noUnusedLocals: false,
          noUnusedParameters: false,
          types: ['@webgpu/types', 'vite/client'].map((name) => join(root, 'node_modules', name)),
          paths: { 'webgpu-rope': [join(root, 'test/docs/everything.ts')] },
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
  const { code: plain } = transformSync(code.replace(imports, ''), { loader: 'ts' });
  const AsyncFunction = (async () => {}).constructor as new (
    ...words: string[]
  ) => (...values: unknown[]) => Promise<void>;
  // A block of its own, so that a snippet can declare names that are in scope.
  await new AsyncFunction(...Object.keys(scope), `{\n${plain}\n}`)(...Object.values(scope));
}
