import { checkNumber } from '../errors';
import { givenOf, type HuggingFaceSource } from './hf-given';
import type { QkNorm } from './types';

/** How the model norms Q and K: null where it does not, undefined where its row does not say. */
export function readNorm(source: HuggingFaceSource): QkNorm | null | undefined {
  const norm = source.row?.norm;
  if (!norm) return undefined;
  const { words, flag } = norm;
  if (flag) {
    const [given] = givenOf(source, flag.key);
    if ((given ? given.value === true : flag.usual) === false) return null;
  }
  const [over] = words;
  if (over === 'none') return null;
  return {
    type: words.includes('layer') ? 'layer' : 'rms',
    over: over === 'all-heads' ? 'all-heads' : 'head',
    weight: over === 'head+1' ? 'one-plus' : words.includes('bare') ? 'none' : 'plain',
    order: words.includes('after') ? 'after' : 'before',
    epsilon: epsilonOf(source),
  };
}

function epsilonOf(source: HuggingFaceSource): number | null {
  const [given] = givenOf(source, 'rms_norm_eps', 'norm_eps', 'layer_norm_eps', 'layer_norm_epsilon');
  if (!given) return null;
  return checkNumber(given.name, given.value, 'a number of at least 0', (value) => value >= 0);
}
