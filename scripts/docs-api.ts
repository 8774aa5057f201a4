/**
 * Writes docs/api, the reference, from the docstrings of all that the package exports: `npx tsx scripts/docs-api.ts`.
 *
 * TypeDoc writes a page for each entry module it is given. Ours are made here: one a subpath, and a few for the root,
 * which is too long for one page.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { barrels, type PublicName, publicNames, rootSpecifier } from './public-names';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
// TypeDoc lives in a workspace of its own, with the TypeScript it needs.
const typedocRequire = createRequire(join(root, 'scripts/typedoc/package.json'));

/** A page of the reference. */
interface Page {
  readonly about: string;
  /** Of a page of the root: the folders or files of src whose names it has. */
  readonly sources?: RegExp;
}

/** The pages, by name, in the order of the index. A subpath has the page of its own name. */
const pageTexts: Readonly<Record<string, Page>> = {
  rope: { about: 'Create a rope, bind Q and K, encode; rerotate a cached K.' },
  device: {
    about: 'The device, tensors to and from it, and how numbers are stored.',
    sources: /^(kernel\/(request-device|transfer)|dtypes)$/,
  },
  config: {
    about:
      'From the files of a model to a config and its inverse frequencies: readers, axes, tables, reordered weights.',
    sources: /^(config|frequencies|tables|weights)\b/,
  },
  positions: { about: 'Positions of images, videos and mixed prompts.', sources: /^positions\b/ },
  additive: { about: 'Encodings that are added to embeddings: as numbers, and by a kernel.' },
  bias: { about: 'Biases that are added to attention scores: as numbers, and by a kernel.' },
  analysis: { about: 'Properties of encodings and of context extensions, measured; similarity of rows.' },
  reference: { about: 'The CPU reference in float64, which says what every kernel has to compute.' },
};

const NOTE = '<!-- Written by scripts/docs-api.ts from the docstrings in src. -->\n\n';

/** The reference, as it has to be, and what TypeDoc has to say against the docstrings. */
export interface ApiReference {
  /** Text of each file of docs/api, by its name. */
  readonly pages: ReadonlyMap<string, string>;
  /** An export without a description, a parameter that is not there, a link to nowhere; empty if all is well. */
  readonly warnings: string;
}

/** The page that has a name: that of its subpath; of the root, the one that its source belongs to, or else `rope`. */
function pageOf({ specifier, source }: PublicName): string {
  if (specifier !== rootSpecifier) return specifier.slice(rootSpecifier.length + 1);
  return Object.entries(pageTexts).find(([, { sources }]) => sources?.test(source))?.[0] ?? 'rope';
}

/** Every name that the package exports, by page, in the order of the index. A subpath without a text comes last. */
export function namesByPage(): Map<string, PublicName[]> {
  const found = new Map<string, PublicName[]>(Object.keys(pageTexts).map((page) => [page, []]));
  for (const name of publicNames()) {
    const page = pageOf(name);
    found.set(page, [...(found.get(page) ?? []), name]);
  }
  return new Map([...found].filter(([, names]) => names.length > 0));
}

/**
 * The reference, made anew. Takes seconds.
 *
 * @throws {Error} TypeDoc failed
 */
export function apiReference(): ApiReference {
  const folder = mkdtempSync(join(tmpdir(), 'webgpu-rope-api-'));
  try {
    const found = namesByPage();
    for (const [page, names] of found) writeFileSync(join(folder, `${page}.ts`), moduleOf(page, names));
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(compilerOptions()));
    writeFileSync(join(folder, 'typedoc.json'), JSON.stringify(typedocOptions(folder, [...found.keys()])));
    const cli = join(dirname(typedocRequire.resolve('typedoc/package.json')), 'bin/typedoc');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [cli, '--options', join(folder, 'typedoc.json')],
      { encoding: 'utf8', cwd: folder, env: { ...process.env, NO_COLOR: '1' } },
    );
    if (status !== 0) throw new Error(`TypeDoc ended with ${status}:\n${stdout}${stderr}`);
    const out = join(folder, 'out');
    const read = (name: string): string => NOTE + readFileSync(join(out, name), 'utf8').trimEnd();
    const names = readdirSync(out).filter((name) => name !== 'README.md');
    const pages = new Map(names.map((name) => [name, `${read(name)}\n`]));
    pages.set('README.md', indexOf(found, pages));
    return { pages, warnings: stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function moduleOf(page: string, names: readonly PublicName[]): string {
  const { specifier } = names[0]!;
  const list = names.map(({ name, isType }) => (isType ? `type ${name}` : name)).join(', ');
  const about = [pageTexts[page]?.about, `Import from \`${specifier}\`.`].filter(Boolean).join('\n *\n * ');
  const barrel = barrels().get(specifier)!.replace(/\.ts$/, '');
  return `/**\n * ${about}\n *\n * @module\n */\nexport { ${list} } from '${barrel}';\n`;
}

function compilerOptions(): object {
  // The modules lie outside the project, where names of packages lead nowhere.
  const types = ['@webgpu/types', 'vite/client'].map((name) => join(root, 'node_modules', name));
  return {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: { types },
    include: ['*.ts', join(root, 'src/wgsl.d.ts')],
  };
}

function typedocOptions(folder: string, names: readonly string[]): object {
  return {
    entryPoints: names.map((page) => join(folder, `${page}.ts`)),
    tsconfig: join(folder, 'tsconfig.json'),
    out: join(folder, 'out'),
    plugin: [typedocRequire.resolve('typedoc-plugin-markdown'), join(root, 'scripts/typedoc/plugin.mjs')],
    name: 'API reference',
    readme: 'none',
    router: 'module',
    logLevel: 'Warn',
    // The project's own compiler checks types.
    skipErrorChecking: true,
    disableSources: true,
    disableGit: true,
    excludeInternal: true,
    sortEntryPoints: false,
    sort: ['source-order'],
    groupOrder: ['Functions', 'Variables', 'Classes', 'Interfaces', 'Type Aliases'],
    preservedTypeAnnotationTags: ['@throws'],
    requiredToBeDocumented: ['Function', 'Variable', 'Class', 'Interface', 'TypeAlias'],
    packagesRequiringDocumentation: ['webgpu-rope'],
    validation: { notExported: false, invalidLink: true, notDocumented: true },
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
    expandParameters: true,
    expandObjects: true,
    // Code hosts number headings of the same name in ways of their own.
    useHTMLAnchors: true,
    tableColumnSettings: { hideModifiers: true, hideInherited: true, hideDefaults: true },
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    typeAliasPropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
  };
}

/** Every export by name, with a link, under what it is imported from. */
function indexOf(
  found: ReadonlyMap<string, readonly PublicName[]>,
  pages: ReadonlyMap<string, string>,
): string {
  const sections = new Map<string, string>();
  for (const [page, names] of found) {
    const { specifier } = names[0]!;
    const before = sections.get(specifier) ?? `## ${specifier}\n`;
    sections.set(specifier, before + entryOf(page, names, pages.get(`${page}.md`)!));
  }
  return `${NOTE}# API reference\n\nBy what a name is imported from.\n\n${[...sections.values()].join('\n')}`;
}

/** A page in the index: what it is about, what there is to import, then the types beside it. */
function entryOf(page: string, names: readonly PublicName[], text: string): string {
  const types = new Set(names.filter(({ isType }) => isType).map(({ name }) => name));
  const headings = text.matchAll(/^<a id="([^"]+)"><\/a>\n\n### ([^\n]+)$/gm);
  const links = [...headings].map(([, id, heading]) => {
    const name = heading!.replace(/\\|\(\)$/g, '');
    return { isType: types.has(name), link: `[\`${name}\`](${page}.md#${id})` };
  });
  const listOf = (isType: boolean) => links.filter((one) => one.isType === isType).map(({ link }) => link);
  const paragraphs = [
    `**[${page}.md](${page}.md).** ${pageTexts[page]?.about ?? ''}`,
    listOf(false).join(', '),
    `Types: ${listOf(true).join(', ')}`,
  ];
  return paragraphs.map((paragraph) => `\n${paragraph}\n`).join('');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const out = join(root, 'docs/api');
  const { pages, warnings } = apiReference();
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  for (const [name, text] of pages) writeFileSync(join(out, name), text);
  if (warnings) throw new Error(`docstrings: expected no warnings, got\n${warnings}`);
}
