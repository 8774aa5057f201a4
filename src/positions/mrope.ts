import { checkArrayLike, checkChoice, checkInteger, checkKeys, wrongType } from '../errors';
import { placeSequence } from './mrope-sequence';
import { spansOf } from './mrope-spans';
import { type MropePrompts, mropeRules } from './mrope-types';

export type { MropePrompts, MropeRules } from './mrope-types';

const promptKeys = [
  'ids',
  'batch',
  'mask',
  'imageToken',
  'videoToken',
  'images',
  'videos',
  'spatialMerge',
  'timestamps',
  'audioToken',
  'rules',
] as const satisfies readonly (keyof MropePrompts)[];

/** Positions on three axes: time, height, width. */
export interface MropePositions {
  /** `[3, batch, tokens]`, row-major; -1 on all three axes for padding. */
  readonly positions: Int32Array<ArrayBuffer>;
  /**
   * For each sequence, what to add to the number of a later token to get its position on all axes: 0 for text alone. Numbers count
   * the tokens of the sequence, padding left out; by the `original` rules they are rows, padding counted.
   */
  readonly deltas: Int32Array<ArrayBuffer>;
  /** `[3, batch, tokens]`. */
  readonly shape: readonly [axes: 3, batch: number, tokens: number];
}

/**
 * Positions of M-RoPE for prompts that mix text, images, videos and sound (Qwen2-VL, Qwen2.5-VL, Qwen3-VL, the Omni models).
 *
 * Text has one position on all axes, one more from token to token; so has sound. A video's tokens have as their time the next
 * position and what their step adds, and count rows and columns from there; an image is a video of one step. The `rules` say the rest:
 *
 * - `transformers`: as transformers does it since 5 (pull request 43972). What follows an image or a video goes on after its longer
 *   side, `max(height, width) / spatialMerge`, whatever its times are. A step takes whole seconds: `secondsPerFrame` loses its fraction.
 * - `original`: as Qwen's own code, transformers before 5 and transformers.js do it. What follows goes on one past the largest position.
 * - `qwen2.5-omni`, `qwen3-omni`: as `original`, and sound may come in between the patches of a video: both then count from the same
 *   position, and what follows goes on after those of the last kind. Two marks before and two after share a position each
 *   (2.5), or have one each (3).
 *
 * A token decoded later, the `n`-th of its sequence (padding not counted), has position `n + deltas[sequence]` on all axes; by the
 * `original` rules `n` is its row, padding counted.
 *
 * @throws {TypeError} an argument is of the wrong kind
 * @throws {RangeError} lengths do not fit, or grids do not fit the tokens of images and videos in `ids`; a time that is no whole
 *   position (`qwen3-omni`)
 * @example Two tokens of text, an image of 4 x 6 patches (6 tokens), one token of text:
 * mropePositions({ ids, imageToken: 151655, images: [{ height: 4, width: 6 }], spatialMerge: 2 })
 * // time    0 1  2 2 2 2 2 2  5
 * // height  0 1  2 2 2 3 3 3  5
 * // width   0 1  2 3 4 2 3 4  5     deltas[0] is -3: token 9 of the sequence has position 6
 */
export function mropePositions(prompts: MropePrompts): MropePositions {
  checkKeys('prompts', prompts, promptKeys);
  const { ids, batch = 1, mask } = prompts;
  checkInteger('batch', batch, 1, Number.MAX_SAFE_INTEGER);
  checkInteger('spatialMerge', prompts.spatialMerge ?? 1, 1, Number.MAX_SAFE_INTEGER);
  const rules = checkChoice('rules', prompts.rules ?? 'transformers', mropeRules);
  checkList('ids', ids, 'an integer', Number.isInteger);
  if (ids.length === 0 || ids.length % batch !== 0) {
    throw new RangeError(`ids: expected ${batch} rows (batch) of the same length, got ${ids.length} entries`);
  }
  if (mask !== undefined) {
    checkList('mask', mask, 'a number or a boolean', (entry) => /number|boolean/.test(typeof entry));
    if (mask.length !== ids.length) {
      throw new RangeError(`mask: expected ${ids.length} entries (as ids), got ${mask.length}`);
    }
  }
  if (prompts.audioToken !== undefined)
    checkInteger('audioToken', prompts.audioToken, 0, Number.MAX_SAFE_INTEGER);
  const images = spansOf('image', prompts, rules);
  const videos = spansOf('video', prompts, rules);
  const tokens = ids.length / batch;
  const positions = new Int32Array(3 * ids.length).fill(-1);
  const deltas = new Int32Array(batch);
  for (let row = 0; row < batch; row++) {
    const real = Array.from({ length: tokens }, (_, token) => row * tokens + token).filter(
      (at) => mask === undefined || Boolean(mask[at]),
    );
    const last = placeSequence(prompts, rules, { row, real, images, videos }, positions);
    deltas[row] = last + 1 - (rules === 'original' ? tokens : real.length);
  }
  images.end();
  videos.end();
  return { positions, deltas, shape: [3, batch, tokens] };
}

/** Checks the list of a batch, entry by entry, so that no hole counts as one. */
function checkList(
  name: string,
  list: unknown,
  expected: string,
  accepts: (entry: unknown) => boolean,
): void {
  checkArrayLike(name, list, 'an array [batch, tokens]');
  for (let i = 0; i < list.length; i++) {
    if (!accepts(list[i])) throw wrongType(`${name}[${i}]`, expected, list[i]);
  }
}
