/** A model file of the tester's own, named by ENGINE_MODEL, and the tokenizer and story beside it: as modules for the browser. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Plugin } from 'vite';

const id = 'virtual:model-file';

/**
 * Serves `virtual:model-file`, whose default export is `{ name, model, tokenizer }`, the files in base64; null where
 * ENGINE_MODEL names none. The tokenizer is `tok512.bin` beside the model, or what ENGINE_TOKENIZER names.
 */
export function modelFile(): Plugin {
  return {
    name: 'model-file',
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load(module) {
      if (module !== `\0${id}`) return undefined;
      const { ENGINE_MODEL: path, ENGINE_TOKENIZER } = process.env;
      if (!path) return 'export default null;';
      const tokenizer = ENGINE_TOKENIZER ?? resolve(dirname(path), 'tok512.bin');
      const [model, tokens] = [path, tokenizer].map((file) => readFileSync(file).toString('base64'));
      return `export default ${JSON.stringify({ name: path, model, tokenizer: tokens })};`;
    },
  };
}
