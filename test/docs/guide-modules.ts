/**
 * The files of docs/guide.md as modules, for vite: a block that begins with three backticks and `ts engine.ts` is a
 * piece of engine.ts. `guide:engine.test.ts` imports one; `guide-with-mistake:…` the same, with a mistake in the engine.
 */
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const page = new URL('../../docs/guide.md', import.meta.url);

/** The code of each file, its pieces joined in the order of the page. */
export function guideFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const [, name, code] of readFileSync(page, 'utf8').matchAll(/^```ts (\S+)\n(.*?)^```$/gms)) {
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
};

const id = /^(guide|guide-with-mistake):([\w.]+)$/;

/** Serves the guide's files. */
export function guideModules(): Plugin {
  return {
    name: 'guide-modules',
    enforce: 'pre',
    async resolveId(source, importer = '') {
      if (id.test(source)) return source;
      const [, prefix] = importer.match(id) ?? [];
      if (!prefix) return undefined;
      // The package's own name is development.ts's to resolve.
      return source.startsWith('./') ? `${prefix}:${source.slice(2)}.ts` : undefined;
    },
    load(module) {
      const [, prefix, name = ''] = module.match(id) ?? [];
      if (!prefix) return undefined;
      const code = guideFiles().get(name);
      if (code === undefined) throw new Error(`docs/guide.md: expected a file ${name}, got none`);
      const mistake = prefix === 'guide' ? undefined : mistakes[name];
      if (!mistake) return code;
      if (!code.includes(mistake[0])) throw new Error(`docs/guide.md: expected "${mistake[0]}" in ${name}`);
      return code.replace(...mistake);
    },
  };
}
