import { checkArrayLike, checkInteger } from '../errors';
import { mropeInterleaved, mropeSections } from './axes';
import type { GgufMetadata } from './gguf-metadata';
import type { RopeAxes } from './types';

/**
 * The axes of M-RoPE by `rope.dimension_sections`: pairs of time, height, width and of a fourth axis (HunYuan); null where
 * the file has none, or only zeros.
 *
 * @throws {RangeError} the sections do not add up, or the architecture has no M-RoPE
 */
export function ggufMrope(source: GgufMetadata, pairs: number, assumptions: string[]): RopeAxes | null {
  const key = 'rope.dimension_sections';
  const name = source.name(key);
  const value = source.get(key);
  const given = value ?? [];
  checkArrayLike(name, given, 'an array of integers');
  const sections = Array.from(given, (count, axis) =>
    checkInteger(`${name}[${axis}]`, typeof count === 'bigint' ? Number(count) : count, 0, pairs),
  );
  const rule = source.row?.mrope;
  const optional = source.row?.isMropeOptional ?? true;
  if (sections.every((count) => count === 0) && optional) return null;
  const axes = sections.at(-1) === 0 ? sections.slice(0, -1) : sections;
  const sum = sections.reduce((total, count) => total + count, 0);
  const most = rule === 'interleaved' ? 3 : 4;
  if (!rule || axes.length < 3 || axes.length > most || sections.length > 4 || sum !== pairs) {
    const expected = rule
      ? `${most === 3 ? 'three' : 'three or four'} integers that add up to ${pairs} (rotary pairs), and 0`
      : `none for architecture "${source.architecture}", whose axes this package does not know`;
    const got = value === undefined ? value : `[${sections.join(', ')}]`;
    throw new RangeError(`${name}: expected ${expected}, got ${got}`);
  }
  if (rule === 'sections') return mropeSections(axes);
  const interleaved = mropeInterleaved(axes);
  if (interleaved.pairAxis.some((axis, pair) => axis !== pair % 3)) {
    assumptions.push(
      'pairs past the sections of height and width turn by time, as in Hugging Face; llama.cpp turns them by a fourth ' +
        'position',
    );
  }
  return interleaved;
}
