/** How Vite takes in WGSL. */
import type { Plugin } from 'vite';
import { linkedModule, moduleFiles, modulePath } from './shaders';
import { minifyWgsl } from './wgsl-text';

/**
 * `import wgsl from './x.wgsl?linked'` gives the module with all that it imports, as plain WGSL.
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
      for (const each of moduleFiles()) this.addWatchFile(each);
      const linked = await linkedModule(modulePath(file));
      return `export default ${JSON.stringify(comments ? linked : minifyWgsl(linked))};`;
    },
  };
}
