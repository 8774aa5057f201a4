/**
 * The files of a page as modules, for vite: a block that begins with three backticks and `ts engine.ts` is a piece of engine.ts.
 * `guide:engine.test.ts` imports one of docs/guide.md, `guide-with-mistake:…` the same with a mistake in the engine;
 * `wgsl-page:host.ts` imports one of docs/wgsl.md, `wgsl-page:kernel.wgsl` the text of one.
 */
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { readPage } from '../../scripts/docs-pages';

const pages = { guide: 'guide.md', 'guide-with-mistake': 'guide.md', 'wgsl-page': 'wgsl.md' } as const;

type Prefix = keyof typeof pages;

/** What the guide calls `./llama`. */
export const engineFolder = join(import.meta.dirname, '../../demo/engine');

/** The code of each file of a page, its pieces joined in the order of the page. */
export function filesOf(page: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const [, name, code] of readPage(page).matchAll(/^```(?:ts|wgsl) (\S+)\n(.*?)^```$/gms)) {
    files.set(name!, (files.get(name!) ?? '') + code!);
  }
  return files;
}

/** Mistakes of the guide's own table, as edits of its code. */
const mistakes: Readonly<Record<string, readonly [right: string, wrong: string]>> = {
  // Positions that begin at 0 again at every step.
  'engine.ts': ['start: past, kFirst: past', 'start: 0, kFirst: past'],
  // Keys that are stale and stay so.
  'long.ts': ['if (!staleKeys)', 'if (staleKeys)'],
  // The other pairing.
  'teller.ts': ["{ layout: 'ring'", "{ pairing: 'half', layout: 'ring'"],
};

const id = new RegExp(`^(${Object.keys(pages).join('|')}):([\\w.-]+)$`);

/** Serves the files of the pages. */
export function pageModules(): Plugin {
  return {
    name: 'page-modules',
    enforce: 'pre',
    async resolveId(source, importer = '') {
      if (id.test(source)) return source;
      const [, prefix] = importer.match(id) ?? [];
      if (!prefix) return undefined;
      // The engine of the repository, where the guide has a copy of it.
      if (source.startsWith('./llama/')) return this.resolve(source.replace('./llama', engineFolder));
      // The package's own name is development.ts's to resolve.
      return source.startsWith('./') ? `${prefix}:${source.slice(2)}.ts` : undefined;
    },
    load(module) {
      const [, prefix, name = ''] = module.match(id) ?? [];
      if (!prefix) return undefined;
      const page = pages[prefix as Prefix];
      const code = filesOf(page).get(name);
      if (code === undefined) throw new Error(`docs/${page}: expected a file ${name}, got none`);
      if (name.endsWith('.wgsl')) return `export default ${JSON.stringify(code)};`;
      const mistake = prefix === 'guide-with-mistake' ? mistakes[name] : undefined;
      if (!mistake) return code;
      if (!code.includes(mistake[0])) throw new Error(`docs/${page}: expected "${mistake[0]}" in ${name}`);
      return code.replace(...mistake);
    },
  };
}
