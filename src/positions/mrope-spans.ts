import { checkInteger, checkKeys, wrongType } from '../errors';
import {
  checkGrid,
  frameTimes,
  type ImageGrid,
  imageKeys,
  lastPosition,
  type VideoGrid,
  videoKeys,
} from './grid';
import type { MropePrompts, MropeRules } from './mrope-types';

/** A grid of an image or a video, in tokens. */
export interface Span {
  readonly name: string;
  readonly token: number;
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  readonly timeOf: (frame: number) => number;
}

/** Grids, handed out in order. */
export class Spans {
  #taken = 0;

  constructor(
    readonly name: string,
    readonly spans: readonly Span[],
  ) {}

  take(where: string): Span {
    const span = this.spans[this.#taken++];
    if (span) return span;
    throw new RangeError(
      `${this.name}: expected a grid for what begins at ${where}, got ${this.spans.length} in all`,
    );
  }

  /** Throws unless all of them were taken. */
  end(): void {
    if (this.#taken === this.spans.length) return;
    throw new RangeError(
      `${this.name}: expected ${this.#taken} grids, as many as in ids, got ${this.spans.length}`,
    );
  }
}

/** The grids of a kind; those of a video with time stamps one a step. */
export function spansOf(kind: 'image' | 'video', prompts: MropePrompts, rules: MropeRules): Spans {
  const name = `${kind}s` as const;
  const tokenName = `${kind}Token` as const;
  const { [name]: grids = [], [tokenName]: token, spatialMerge = 1, timestamps = false } = prompts;
  if (typeof timestamps !== 'boolean') throw wrongType('timestamps', 'true or false', timestamps);
  if (!Array.isArray(grids)) throw wrongType(name, 'an array of grids', grids);
  if (grids.length > 0 || token !== undefined) checkInteger(tokenName, token, 0, Number.MAX_SAFE_INTEGER);
  const spans = Array.from(grids as readonly unknown[], (given, i): Span[] => {
    const own = `${name}[${i}]`;
    checkKeys(own, given, kind === 'image' ? imageKeys : videoKeys);
    const grid = (kind === 'image' ? { ...(given as ImageGrid), frames: 1 } : given) as VideoGrid;
    const { frames, height, width } = checkGrid(`${own}.`, grid, spatialMerge);
    const timeOf = timesOf(own, grid, rules);
    const span = {
      ...{ name: own, token: token!, frames, timeOf },
      height: height / spatialMerge,
      width: width / spatialMerge,
    };
    return timestamps ? Array.from({ length: frames }, () => ({ ...span, frames: 1 })) : [span];
  });
  return new Spans(name, spans.flat());
}

/** The times of the steps of a grid, by the rules. */
function timesOf(name: string, grid: VideoGrid, rules: MropeRules): (frame: number) => number {
  const timeOf = frameTimes(`${name}.`, grid);
  const { frames, secondsPerFrame = 1, tokensPerSecond = 1 } = grid;
  if (rules === 'transformers') {
    const step = Math.trunc(secondsPerFrame) * tokensPerSecond;
    if (Number.isInteger(step) && step * (frames - 1) <= lastPosition) return (frame) => frame * step;
  }
  if (rules === 'qwen3-omni') {
    const step = Math.fround(secondsPerFrame) * tokensPerSecond;
    if (frames > 1 && !Number.isInteger(step)) {
      throw new RangeError(
        `${name}.secondsPerFrame: expected steps of whole positions (times tokensPerSecond ${tokensPerSecond}), got ${step}: ` +
          'qwen3-omni has positions between integers there',
      );
    }
  }
  return timeOf;
}
