/** How Vite takes in WGSL. */
import type { Plugin } from 'vite';
import { linkedFile, moduleFiles } from './shaders';
import { minifyWgsl } from './wgsl-text';

/**
 * `import wgsl from './x.wgsl?linked'` gives the module with all that it imports, as plain WGSL. It may lie outside of shaders/:
 * its imports lead there all the same.
 *
 * @param options.comments Whether comments and blanks stay. The build leaves them out.
 */
export function linkedWgsl({ comments = true } = {}): Plugin {
  return {
    name: 'webgpu-rope-wgsl',
    enforce: 'pre',
    async load(id) {
      const [, file] = /^(.+\.wgsl)\?linked$/.exec(id) ?? [];
      if (file === undefined) return null;
      for (const each of [...moduleFiles(), file]) this.addWatchFile(each);
      const linked = await linkedFile(file);
      return `export default ${JSON.stringify(comments ? linked : minifyWgsl(linked))};`;
    },
  };
}
