import type { Plugin } from 'vite';
import { barrels } from './public-names';
import { linkedWgsl } from './wgsl';

/** What every Vite of this project needs: the package's name leads to its sources, and shaders are linked. */
export function development(): Plugin[] {
  return [linkedWgsl(), packageNames()];
}

function packageNames(): Plugin {
  return {
    name: 'webgpu-rope-development',
    config: () => ({
      resolve: {
        alias: [...barrels()].map(([name, replacement]) => ({ find: new RegExp(`^${name}$`), replacement })),
      },
    }),
  };
}
