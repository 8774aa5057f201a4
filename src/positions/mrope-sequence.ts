import { lastPosition } from './grid';
import type { Span, Spans } from './mrope-spans';
import type { MropePrompts, MropeRules } from './mrope-types';

/** A sequence of the prompts. */
export interface Sequence {
  readonly row: number;
  /** Places in `ids` of its tokens, padding left out. */
  readonly real: readonly number[];
  /** What is left of the grids. */
  readonly images: Spans;
  readonly videos: Spans;
}

type Kind = 'text' | 'image' | 'video' | 'sound';
/** From a token of the sequence on to before another. */
type Run = readonly [begin: number, end: number];

/**
 * Writes the positions of a sequence, `[3, ids]`.
 *
 * @returns the largest of them; -1 where there is none
 */
export function placeSequence(
  prompts: MropePrompts,
  rules: MropeRules,
  { row, real, images, videos }: Sequence,
  positions: Int32Array,
): number {
  const { ids, batch = 1 } = prompts;
  const kinds = real.map((at) => kindOf(ids[at]!, prompts));
  const isOmni = rules === 'qwen2.5-omni' || rules === 'qwen3-omni';
  const mixed = new Map(isOmni ? mixedRuns(kinds) : []);
  // Two marks before such a run, and two after it.
  const shared = new Set(
    rules === 'qwen2.5-omni' ? [...mixed].flatMap(([begin, end]) => [begin - 1, end + 1]) : [],
  );
  let largest = -1;
  const put = (i: number, ...axes: readonly [time: number, height: number, width: number]): void => {
    for (const [axis, position] of axes.entries()) positions[axis * ids.length + real[i]!] = position;
    largest = Math.max(largest, ...axes);
  };

  /** Places a span from token `i` on. @returns the token after it and the next position */
  const putSpan = (
    i: number,
    start: number,
    span: Span,
    where: string,
  ): readonly [token: number, next: number] => {
    const { name, frames, height, width, timeOf } = span;
    const [area, kind] = [height * width, kinds[mixed.has(i) ? kinds.indexOf('video', i) : i]];
    const count = frames * area;
    const end = mixed.get(i) ?? i + count;
    let [patches, sounds, ending] = [0, 0, start];
    for (let at = i; at < end; at++) {
      if (kinds[at] !== kind && !(mixed.has(i) && kinds[at] === 'sound')) break;
      // What follows goes on after the kind of token that comes last.
      if (kinds[at] !== kinds[at - 1]) ending = start;
      if (kinds[at] === 'sound') {
        put(at, start + sounds, start + sounds, start + sounds);
        ending = start + sounds++;
        continue;
      }
      const [time, patch] = [timeOf(Math.floor(patches / area)), patches % area];
      const [y, x] = [Math.floor(patch / width), patch % width];
      put(at, start + time, start + y, start + x);
      ending = Math.max(ending, start + time, start + y, start + x);
      patches++;
    }
    if (patches !== count) {
      const size = `${frames} x ${height} x ${width}`;
      throw new RangeError(
        `ids: expected ${count} tokens of ${name} (${size}) from ${where} on, got ${patches}`,
      );
    }
    const next = rules === 'transformers' ? start + Math.max(height, width) : ending + 1;
    if (Math.max(next, largest) > lastPosition) {
      throw new RangeError(
        `${name}: expected positions up to ${lastPosition}, got ${Math.max(next, largest)} after it`,
      );
    }
    return [end, next];
  };

  let next = 0;
  for (let i = 0; i < real.length; ) {
    const spans = kinds[i] === 'image' ? images : kinds[i] === 'video' || mixed.has(i) ? videos : null;
    if (spans) {
      const where = `sequence ${row}, token ${real[i]! - (row * ids.length) / batch}`;
      [i, next] = putSpan(i, next, spans.take(where), where);
      continue;
    }
    const position = shared.has(i) && i > 0 ? next - 1 : next++;
    put(i++, position, position, position);
  }
  return largest;
}

function kindOf(id: number, { imageToken, videoToken, audioToken }: MropePrompts): Kind {
  if (id === imageToken) return 'image';
  if (id === videoToken) return 'video';
  return id === audioToken ? 'sound' : 'text';
}

/** Runs of patches of a video and pieces of sound that have both. */
function mixedRuns(kinds: readonly Kind[]): Run[] {
  const runs: Run[] = [];
  for (let begin = 0; begin < kinds.length; begin++) {
    let end = begin;
    while (kinds[end] === 'video' || kinds[end] === 'sound') end++;
    const run = kinds.slice(begin, end);
    if (run.includes('video') && run.includes('sound')) runs.push([begin, end]);
    begin = Math.max(begin, end - 1);
  }
  return runs;
}
