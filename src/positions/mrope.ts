import { checkArrayLike, checkInteger, checkKeys, wrongType } from '../errors';
import {
  checkGrid,
  frameTimes,
  type ImageGrid,
  imageKeys,
  lastPosition,
  type VideoGrid,
  videoKeys,
} from './grid';

/** Prompts of a batch, tokens of images and videos included, as the tokenizer's processor expands them. */
export interface MropePrompts {
  /** Token ids `[batch, tokens]`, row-major. */
  readonly ids: ArrayLike<number>;
  /** Sequences. Default 1. */
  readonly batch?: number | undefined;
  /** `[batch, tokens]`: 0 or false is padding, on either side; the attention mask. Default: no padding. */
  readonly mask?: ArrayLike<number | boolean> | undefined;
  /** The id that stands for a patch of an image. Qwen2-VL, Qwen2.5-VL and Qwen3-VL: 151655. */
  readonly imageToken?: number | undefined;
  /** The id that stands for a patch of a video. Qwen2-VL, Qwen2.5-VL and Qwen3-VL: 151656. */
  readonly videoToken?: number | undefined;
  /** Grids of the images, in patches, in the order in which they appear, sequence after sequence. */
  readonly images?: readonly ImageGrid[] | undefined;
  /** Grids of the videos likewise. Qwen3-VL writes a time stamp before each step: give each step, `frames: 1`. */
  readonly videos?: readonly VideoGrid[] | undefined;
  /** Patches on a side of a block that is one token here. Qwen2-VL and its kin: 2. Default 1. */
  readonly spatialMerge?: number | undefined;
}

const promptKeys = [
  'ids',
  'batch',
  'mask',
  'imageToken',
  'videoToken',
  'images',
  'videos',
  'spatialMerge',
] as const satisfies readonly (keyof MropePrompts)[];

/** Positions on three axes: time, height, width. */
export interface MropePositions {
  /** `[3, batch, tokens]`, row-major; -1 on all three axes for padding. */
  readonly positions: Int32Array<ArrayBuffer>;
  /** For each sequence, what to add to a later token's row to get its position on all axes: 0 for text alone. */
  readonly deltas: Int32Array<ArrayBuffer>;
  /** `[3, batch, tokens]`. */
  readonly shape: readonly [axes: 3, batch: number, tokens: number];
}

/** A grid of an image or a video, in tokens. */
interface Span {
  readonly name: string;
  readonly token: number;
  readonly frames: number;
  readonly timeOf: (frame: number) => number;
  readonly height: number;
  readonly width: number;
}

/**
 * Positions of M-RoPE for prompts that mix text, images and videos (Qwen2-VL, Qwen2.5-VL, Qwen3-VL).
 *
 * Text has one position on all axes, one more from token to token. An image's tokens have the next position as their
 * time, and count rows and columns from there; what follows goes on one past the largest of them. A token decoded later,
 * in row `r` of its sequence (padding counted), has position `r + deltas[sequence]` on all axes.
 *
 * @throws {TypeError} an argument is of the wrong kind
 * @throws {RangeError} lengths do not fit, or grids do not fit the tokens of images and videos in `ids`
 * @example Two tokens of text, an image of 4 x 6 patches (6 tokens), one token of text:
 * mropePositions({ ids, imageToken: 151655, images: [{ height: 4, width: 6 }], spatialMerge: 2 })
 * // time    0 1  2 2 2 2 2 2  5
 * // height  0 1  2 2 2 3 3 3  5
 * // width   0 1  2 3 4 2 3 4  5     deltas[0] is -3: the token in row 9 has position 6
 */
export function mropePositions(prompts: MropePrompts): MropePositions {
  checkKeys('prompts', prompts, promptKeys);
  const { ids, batch = 1, mask } = prompts;
  checkInteger('batch', batch, 1, Number.MAX_SAFE_INTEGER);
  checkInteger('spatialMerge', prompts.spatialMerge ?? 1, 1, Number.MAX_SAFE_INTEGER);
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
  const images = spansOf('image', prompts);
  const videos = spansOf('video', prompts);
  const tokens = ids.length / batch;
  const positions = new Int32Array(3 * ids.length).fill(-1);
  const deltas = new Int32Array(batch);
  const put = (at: number, ...axes: [time: number, height: number, width: number]) => {
    for (const [axis, position] of axes.entries()) positions[axis * ids.length + at] = position;
  };
  for (let row = 0; row < batch; row++) {
    const real = Array.from({ length: tokens }, (_, token) => row * tokens + token).filter(
      (at) => mask === undefined || Boolean(mask[at]),
    );
    let next = 0;
    for (let i = 0; i < real.length; ) {
      const id = ids[real[i]!]!;
      const spans = id === prompts.imageToken ? images : id === prompts.videoToken ? videos : null;
      if (spans === null) {
        put(real[i++]!, next, next, next);
        next++;
        continue;
      }
      const where = `sequence ${row}, token ${real[i]! - row * tokens}`;
      const span = spans.take(where);
      const area = span.height * span.width;
      const count = span.frames * area;
      for (let n = 0; n < count; n++, i++) {
        if (i >= real.length || ids[real[i]!] !== span.token) {
          const size = `${span.frames} x ${span.height} x ${span.width}`;
          throw new RangeError(
            `ids: expected ${count} tokens of ${span.name} (${size}) from ${where} on, got ${n}`,
          );
        }
        const [time, patch] = [span.timeOf(Math.floor(n / area)), n % area];
        put(real[i]!, next + time, next + Math.floor(patch / span.width), next + (patch % span.width));
      }
      next += Math.max(span.timeOf(span.frames - 1), span.height - 1, span.width - 1) + 1;
      if (next > lastPosition) {
        throw new RangeError(`${span.name}: expected positions up to ${lastPosition}, got ${next} after it`);
      }
    }
    deltas[row] = next - tokens;
  }
  images.end();
  videos.end();
  return { positions, deltas, shape: [3, batch, tokens] };
}

/** Grids, handed out in order. */
class Spans {
  private taken = 0;

  constructor(
    private readonly name: string,
    private readonly spans: readonly Span[],
  ) {}

  take(where: string): Span {
    const span = this.spans[this.taken++];
    if (span) return span;
    throw new RangeError(
      `${this.name}: expected a grid for what begins at ${where}, got ${this.spans.length} in all`,
    );
  }

  /** Throws unless all of them were taken. */
  end(): void {
    if (this.taken === this.spans.length) return;
    throw new RangeError(
      `${this.name}: expected ${this.taken} grids, as many as in ids, got ${this.spans.length}`,
    );
  }
}

function spansOf(kind: 'image' | 'video', prompts: MropePrompts): Spans {
  const name = `${kind}s` as const;
  const tokenName = `${kind}Token` as const;
  const { [name]: grids = [], [tokenName]: token, spatialMerge = 1 } = prompts;
  if (!Array.isArray(grids)) throw wrongType(name, 'an array of grids', grids);
  if (grids.length > 0 || token !== undefined) checkInteger(tokenName, token, 0, Number.MAX_SAFE_INTEGER);
  const spans = Array.from(grids as readonly unknown[], (given, i): Span => {
    const own = `${name}[${i}]`;
    checkKeys(own, given, kind === 'image' ? imageKeys : videoKeys);
    const grid = (kind === 'image' ? { ...(given as ImageGrid), frames: 1 } : given) as VideoGrid;
    const { frames, height, width } = checkGrid(`${own}.`, grid, spatialMerge);
    const timeOf = frameTimes(`${own}.`, grid);
    return {
      name: own,
      token: token!,
      frames,
      timeOf,
      height: height / spatialMerge,
      width: width / spatialMerge,
    };
  });
  return new Spans(name, spans);
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
