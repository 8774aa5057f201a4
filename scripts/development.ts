import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { linkedWgsl } from './wgsl';

const source = (path: string): string => fileURLToPath(new URL(`../src/${path}`, import.meta.url));

/** What every Vite of this project needs: the package's name leads to its sources, and shaders are linked. */
export function development(): Plugin[] {
  return [linkedWgsl(), packageNames()];
}

function packageNames(): Plugin {
  return {
    name: 'webgpu-rope-development',
    config: () => ({
      resolve: {
        alias: [
          { find: /^webgpu-rope$/, replacement: source('index.ts') },
          {
            find: /^webgpu-rope\/(additive|analysis|bias|reference)$/,
            replacement: source('subpaths/$1.ts'),
          },
        ],
      },
    }),
  };
}
