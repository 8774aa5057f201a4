/**
 * Writes docs/api, the reference, from the docstrings of what src/index.ts exports: `npx tsx scripts/docs-api.ts`.
 *
 * TypeDoc writes a page for each entry module it is given. Ours are made here, one for each area, and export what the
 * index exports from there. The area is the folder of src, so that a new export comes to its page by itself.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
// TypeDoc lives in a workspace of its own, with the TypeScript it needs.
const typedocRequire = createRequire(join(root, 'scripts/typedoc/package.json'));

/** What each area is about, by its folder in src, in the order of the index. One that is not here comes last. */
const areas: Readonly<Record<string, string>> = {
  gpu: 'RoPE: make a rope, bind tensors, encode; features; tensors to and from the device.',
  config: 'What a model says about positions, as plain data, and the readers that make it.',
  frequencies: 'From a config to inverse frequencies, in float64.',
  positions: 'Positions of images, videos and mixed prompts.',
  reference: 'The float64 judge, on the CPU, and how numbers are stored.',
  tables: 'Tables of your own.',
  weights: 'Reordering the projections of Q and K.',
  encodings: 'Rows that are added to token embeddings: as numbers, and by a kernel.',
  biases: 'What is added to attention scores: as numbers, and by a kernel.',
  analysis: 'Encodings and context extensions, measured.',
};

const subpaths = ['additive', 'analysis', 'bias', 'reference'];

const NOTE = '<!-- Written by scripts/docs-api.ts from the docstrings in src. -->\n\n';

/** The reference, as it has to be, and what TypeDoc has to say against the docstrings. */
export interface ApiReference {
  /** Text of each file of docs/api, by its name. */
  readonly pages: ReadonlyMap<string, string>;
  /** An export without a description, a parameter that is not there, a link to nowhere; empty if all is well. */
  readonly warnings: string;
}

/** Kernels beside the numbers they compute, rather than all on one long page. */
const areaOfKernels: Readonly<Record<string, string>> = {
  additive: 'encodings',
  bias: 'biases',
  similarity: 'analysis',
};

/** What src/index.ts exports, as specifiers, by area. */
export function exportsByArea(): Map<string, string[]> {
  const index = ['index', ...subpaths.map((name) => `subpaths/${name}`)]
    .map((name) => readFileSync(join(root, `src/${name}.ts`), 'utf8'))
    .join('\n');
  const found = new Map<string, string[]>();
  for (const [, type, list, folder, kernel = ''] of index.matchAll(
    /^export (type )?\{([^}]*)\} from '\.{1,2}\/(\w+)(?:\/(\w+)\/)?/gm,
  )) {
    const area = (folder === 'gpu' && areaOfKernels[kernel]) || folder!;
    const names = list!.split(',').map((name) => name.trim());
    const specifiers = names.filter(Boolean).map((name) => (type ? `type ${name}` : name));
    found.set(area, [...(found.get(area) ?? []), ...specifiers]);
  }
  return found;
}

/**
 * The reference, made anew. Takes seconds.
 *
 * @throws {Error} TypeDoc failed
 */
export function apiReference(): ApiReference {
  const folder = mkdtempSync(join(tmpdir(), 'webgpu-rope-api-'));
  try {
    const found = exportsByArea();
    const order = [...new Set([...Object.keys(areas), ...found.keys()])].filter((area) => found.has(area));
    for (const area of order) writeFileSync(join(folder, `${area}.ts`), moduleOf(area, found.get(area)!));
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(compilerOptions()));
    writeFileSync(join(folder, 'typedoc.json'), JSON.stringify(typedocOptions(folder, order)));
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
    pages.set('README.md', indexOf(new Map(order.map((area) => [area, found.get(area)!])), pages));
    return { pages, warnings: stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function moduleOf(area: string, specifiers: readonly string[]): string {
  const about = areas[area] ?? `What src/${area} exports.`;
  return `/**\n * ${about}\n *\n * @module\n */\nexport { ${specifiers.join(', ')} } from '${join(root, 'test/docs/everything')}';\n`;
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

function typedocOptions(folder: string, order: readonly string[]): object {
  return {
    entryPoints: order.map((area) => join(folder, `${area}.ts`)),
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

/** Every export by name, with a link: under each area what there is to import, then the types beside it. */
function indexOf(found: ReadonlyMap<string, readonly string[]>, pages: ReadonlyMap<string, string>): string {
  const sections = [...found].map(([area, specifiers]) => {
    const headings = pages.get(`${area}.md`)!.matchAll(/^<a id="([^"]+)"><\/a>\n\n### ([^\n]+)$/gm);
    const links = [...headings].map(([, id, heading]) => {
      const name = heading!.replace(/\\|\(\)$/g, '');
      return { isType: specifiers.includes(`type ${name}`), link: `[\`${name}\`](${area}.md#${id})` };
    });
    const listOf = (types: boolean) => links.filter(({ isType }) => isType === types).map(({ link }) => link);
    const lists = [listOf(false).join(', '), `Types: ${listOf(true).join(', ')}`];
    return `## [${area}](${area}.md)\n\n${areas[area] ?? ''}\n\n${lists.join('\n\n')}\n`;
  });
  return `${NOTE}# API reference\n\n${sections.join('\n')}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const out = join(root, 'docs/api');
  const { pages, warnings } = apiReference();
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  for (const [name, text] of pages) writeFileSync(join(out, name), text);
  if (warnings) throw new Error(`docstrings: expected no warnings, got\n${warnings}`);
}
