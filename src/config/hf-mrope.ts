import { checkInteger, wrongType } from '../errors';
import { mropeInterleaved, mropeSections } from './axes';
import { agreed, assumed, givenOf, type HuggingFaceSource, unchecked } from './hf-given';
import type { ScalingBlock } from './hf-scaling-block';
import { checkRotaryDim } from './rope-config';
import type { RopeAxes } from './types';

/**
 * The axes of M-RoPE: those of a model whose config has a section, or whose class needs one; null for all others. The class
 * decides how pairs go to axes, whatever `mrope_interleaved` says.
 *
 * @param pairs `rotaryDim / 2`, which the sections add up to.
 */
export function readMrope(
  source: HuggingFaceSource,
  block: ScalingBlock,
  pairs: number,
  assumptions: string[],
): RopeAxes | null {
  const { prefix, row } = source;
  const known = row?.axes;
  const inside = ['mrope_section', 'xdrope_section'].flatMap((key) => block.fields.get(key) ?? []);
  const given = agreed([...inside, ...givenOf(source, 'mrope_section', 'xdrope_section')]);
  const isMrope = block.types.some(({ value }) => value === 'mrope');
  if (!given && (known ? known.isOptional : !isMrope)) return null;
  checkRotaryDim(2 * pairs, 2 * pairs);
  const name = given?.name ?? `${block.name}.mrope_section`;
  const section = given
    ? checkSection(name, given.value, pairs)
    : usualSection(source, name, pairs, assumptions);
  const flag = block.fields.get('mrope_interleaved');
  if (flag && typeof flag.value !== 'boolean') throw wrongType(flag.name, 'true or false', flag.value);
  if (flag && known) {
    agreed([{ name: `${prefix}model_type ${source.modelType}`, value: known.rule === 'interleaved' }, flag]);
  }
  const rule = known?.rule ?? (flag?.value ? 'interleaved' : 'sections');
  if (!known) {
    const axes = rule === 'sections' ? rule : 'interleaved axes';
    unchecked(source, `${name}: M-RoPE with ${axes}, not checked for this class`, assumptions);
  }
  if (rule === 'interleaved') return interleaved(section, pairs);
  if (rule === 'sections') return mropeSections(section);
  return alternating(section, pairs, rule === 'dealt');
}

/** Axes by turns. Classes also take sections of another sum: what those do not reach turns by time. */
function interleaved(section: readonly number[], pairs: number): RopeAxes {
  const { pairAxis } = mropeInterleaved(section);
  const beyond = Array<number>(pairs).fill(0);
  return { count: 3, pairAxis: [...pairAxis, ...beyond].slice(0, pairs) };
}

/** Height and width by turns, then time; with `dealt` in blocks, which keep the frequencies they had by turns. */
function alternating(section: readonly number[], pairs: number, isDealt: boolean): RopeAxes {
  const [height, width] = section as [number, number];
  const turns = Array.from({ length: pairs }, (_, i) => (i < height + width ? 1 + (i % 2) : 0));
  if (!isDealt) return { count: 3, pairAxis: turns };
  const ofAxis = (axis: number) => turns.flatMap((turn, i) => (turn === axis ? [i] : []));
  const order = [1, 2, 0].flatMap(ofAxis);
  return { count: 3, pairAxis: order.map((i) => turns[i]!), frequencyIndex: order };
}

function usualSection(
  source: HuggingFaceSource,
  name: string,
  pairs: number,
  assumptions: string[],
): readonly number[] {
  const usual = source.row?.axes?.sections;
  if (!usual) throw wrongType(name, `integers that add up to ${pairs} (rotary pairs)`, undefined);
  assumed(source, name.slice(source.prefix.length), usual.join(', '), assumptions);
  return source.row?.axes?.rule === 'interleaved' ? usual : checkSection(name, usual, pairs);
}

/** Pairs of time, height and width, or of four axes (HunYuan). */
function checkSection(name: string, value: unknown, pairs: number): readonly number[] {
  const expected = `three or four integers that add up to ${pairs} (rotary pairs)`;
  if (!Array.isArray(value) || value.length > 4) throw wrongType(name, expected, value);
  const section = Array.from(value, (entry, i) =>
    checkInteger(`${name}[${i}]`, entry, 0, { most: pairs, unit: ' (pairs)' }),
  );
  const sum = section.reduce((total, count) => total + count, 0);
  if (section.length < 3 || sum !== pairs) {
    throw new RangeError(`${name}: expected ${expected}, got [${section.join(', ')}]`);
  }
  return section;
}
