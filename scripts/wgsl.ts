/** How the build takes in WGSL. */
import { readFile } from 'node:fs/promises';
import type { Plugin } from 'vite';
import { reachableWgsl, shortenedWgsl } from './wgsl-names';
import { minifyWgsl } from './wgsl-text';

/**
 * Vite: `import wgsl from './x.wgsl?raw'` gives the small form, with short names; `'./x.wgsl?entries=a,b&raw'` only what
 * these entry points reach.
 */
export function minifiedWgsl(): Plugin {
  return {
    name: 'minified-wgsl',
    enforce: 'pre',
    async load(id) {
      const [, path, entries] = /^(.+\.wgsl)\?(?:entries=([\w,]+)&)?raw$/.exec(id) ?? [];
      if (path === undefined) return null;
      this.addWatchFile(path);
      const plain = minifyWgsl(await readFile(path, 'utf8'));
      const reached = entries ? reachableWgsl(plain, entries.split(',')) : plain;
      return `export default ${JSON.stringify(minifyWgsl(shortenedWgsl(reached)))};`;
    },
  };
}
