import { checkInteger, wrongType } from '../errors';
import { mropeInterleaved, mropeSections } from './axes';
import type { ScalingBlock } from './hf-scaling';
import { agreed, type HuggingFaceSource } from './hf-source';
import type { RopeAxes } from './types';
import { listed } from './word-list';

/**
 * How each family spreads pairs over time, height and width. The class decides, whatever `mrope_interleaved` says:
 * - `sections`: one block of pairs an axis;
 * - `interleaved`: axes take turns;
 * - `hwt`: ERNIE's sections are height, width, time: pairs alternate between height and width, the last ones are time's.
 */
const SECTIONS = `
  qwen2_vl qwen2_vl_text qwen2_5_vl qwen2_5_vl_text qwen2_5_omni_text glm4v glm4v_text glm4v_moe glm4v_moe_text
  paddleocr_vl paddleocr_vl_text`;
const INTERLEAVED = `
  qwen3_vl qwen3_vl_text qwen3_vl_moe qwen3_vl_moe_text qwen3_5 qwen3_5_text qwen3_5_moe qwen3_5_moe_text
  qwen3_omni_moe_text`;
const HWT = 'ernie4_5_vl_moe ernie4_5_vl_moe_text';

type Rule = 'sections' | 'interleaved' | 'hwt';

/** The rule of a family, or undefined where this table does not know it. */
function ruleOf(modelType: string): Rule | undefined {
  if (listed(SECTIONS, modelType)) return 'sections';
  if (listed(INTERLEAVED, modelType)) return 'interleaved';
  return listed(HWT, modelType) ? 'hwt' : undefined;
}

/** What the class takes where the config has no section; others do without a default. */
function defaultSection(modelType: string): readonly number[] | undefined {
  if (modelType.startsWith('qwen3_vl')) return [24, 20, 20];
  return modelType.startsWith('qwen3_5') ? [11, 11, 10] : undefined;
}

/**
 * The axes of M-RoPE: those of a model whose config has a section, or whose class needs one; null for all others.
 *
 * @param pairs `rotaryDim / 2`, which the sections add up to.
 */
export function readMrope(
  source: HuggingFaceSource,
  block: ScalingBlock,
  pairs: number,
  assumptions: string[],
): RopeAxes | null {
  const { modelType, prefix } = source;
  const known = ruleOf(modelType);
  const given = block.fields.get('mrope_section');
  if (!given && !known && !block.types.some(({ value }) => value === 'mrope')) return null;
  const name = given?.name ?? `${block.name}.mrope_section`;
  const section = checkSection(name, given?.value ?? defaultSection(modelType), pairs);
  if (!given) {
    assumptions.push(`${name} is missing: ${section.join(', ')}, what transformers takes for ${modelType}`);
  }
  const flag = block.fields.get('mrope_interleaved');
  if (flag && typeof flag.value !== 'boolean') throw wrongType(flag.name, 'true or false', flag.value);
  if (flag && known) {
    agreed([{ name: `${prefix}model_type ${modelType}`, value: known === 'interleaved' }, flag]);
  }
  const rule = known ?? (flag?.value ? 'interleaved' : 'sections');
  if (!known) {
    const who = modelType ? `model_type "${modelType}" is not known` : 'model_type is missing';
    assumptions.push(`${prefix}${who}: M-RoPE with ${rule === 'sections' ? rule : 'interleaved axes'}`);
  }
  if (rule === 'interleaved') return mropeInterleaved(section);
  if (rule === 'sections') return mropeSections(section);
  const [height, width] = section as [number, number];
  return {
    count: 3,
    pairAxis: Array.from({ length: pairs }, (_, i) => (i < height + width ? 1 + (i % 2) : 0)),
  };
}

function checkSection(name: string, value: unknown, pairs: number): readonly number[] {
  const expected = `three integers that add up to ${pairs} (rotary pairs)`;
  if (!Array.isArray(value)) throw wrongType(name, expected, value);
  const section = Array.from(value, (entry, i) =>
    checkInteger(`${name}[${i}]`, entry, 0, { most: pairs, unit: ' (pairs)' }),
  );
  const sum = section.reduce((total, count) => total + count, 0);
  if (section.length !== 3 || sum !== pairs) {
    throw new RangeError(`${name}: expected ${expected}, got [${section.join(', ')}]`);
  }
  return section;
}
