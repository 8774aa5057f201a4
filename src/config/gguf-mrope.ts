import { checkArrayLike, checkInteger } from '../errors';
import { mropeInterleaved, mropeSections } from './axes';
import { mropeOfArchitecture } from './gguf-architectures';
import type { GgufScalingSource } from './gguf-scaling';
import type { RopeAxes } from './types';

/**
 * The axes of M-RoPE by `rope.dimension_sections`: pairs of time, height, width and of a fourth axis that no released
 * file uses; null where the file has none, or only zeros.
 *
 * @throws {RangeError} the sections do not add up, or the architecture has no M-RoPE
 */
export function ggufMrope(source: GgufScalingSource, pairs: number, assumptions: string[]): RopeAxes | null {
  const key = 'rope.dimension_sections';
  const name = source.name(key);
  const value = source.get(key);
  const given = value ?? [];
  checkArrayLike(name, given, 'an array of integers');
  const sections = Array.from(given, (count, axis) =>
    checkInteger(`${name}[${axis}]`, typeof count === 'bigint' ? Number(count) : count, 0, pairs),
  );
  const rule = mropeOfArchitecture(source.architecture);
  // GLM-4 comes with and without; llama.cpp loads none of the others without sections.
  const optional = !rule || source.architecture.startsWith('glm4');
  if (sections.every((count) => count === 0) && optional) return null;
  const [time, height, width, fourth = 0] = sections;
  const sum = sections.reduce((total, count) => total + count, 0);
  if (!rule || sections.length < 3 || sections.length > 4 || fourth !== 0 || sum !== pairs) {
    const expected = rule
      ? `three integers that add up to ${pairs} (rotary pairs), and 0`
      : `none for architecture "${source.architecture}", whose axes this package does not know`;
    const got = value === undefined ? value : `[${sections.join(', ')}]`;
    throw new RangeError(`${name}: expected ${expected}, got ${got}`);
  }
  const three = [time!, height!, width!];
  if (rule === 'sections') return mropeSections(three);
  const axes = mropeInterleaved(three);
  if (axes.pairAxis.some((axis, pair) => axis !== pair % 3)) {
    assumptions.push(
      'pairs past the sections of height and width turn by time, as in Hugging Face; llama.cpp leaves them as they are',
    );
  }
  return axes;
}
