import { checkChoice, checkNumber, show } from '../errors';
import { agreed, givenOf, type HuggingFaceSource, integerOf, unchecked } from './hf-given';
import type { ScalingBlock } from './hf-scaling-block';
import { checkScaling } from './scaling';
import type { RopeScaling } from './types';
import { listed } from './word-list';

/** Names that transformers, or the checkpoints, use for a scheme, and ours. */
const TYPES: Readonly<Record<string, RopeScaling['type']>> = {
  default: 'default',
  mrope: 'default',
  linear: 'linear',
  ntk: 'ntk',
  dynamic: 'dynamic',
  yarn: 'yarn',
  longrope: 'longrope',
  su: 'longrope',
  llama3: 'llama3',
  proportional: 'proportional',
  xdrope: 'dynamic',
};

/** Keys a scheme reads, and our names for them. */
const KEYS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  default: {},
  linear: { factor: 'factor' },
  ntk: { factor: 'factor' },
  dynamic: { factor: 'factor' },
  yarn: {
    factor: 'factor',
    beta_fast: 'betaFast',
    beta_slow: 'betaSlow',
    truncate: 'truncate',
    mscale: 'mscale',
    mscale_all_dim: 'mscaleAllDim',
    attention_factor: 'attentionFactor',
  },
  longrope: {
    factor: 'factor',
    short_factor: 'shortFactors',
    long_factor: 'longFactors',
    attention_factor: 'attentionFactor',
  },
  llama3: { factor: 'factor', low_freq_factor: 'lowFreqFactor', high_freq_factor: 'highFreqFactor' },
  proportional: { factor: 'factor' },
};

/** Keys read elsewhere, or of no effect in transformers whatever the scheme. */
const READ_ELSEWHERE = `
  rope_theta partial_rotary_factor mrope_section xdrope_section mrope_interleaved original_max_position_embeddings
  llama_4_scaling_beta finetuned interleaved max_position_embeddings`;

/** What {@link readScaling} needs to know of the rest of the config. */
export interface ScalingContext {
  readonly rotaryDim: number;
  readonly rotatedFraction: number;
  readonly layerType: string;
  readonly assumptions: string[];
}

/** Our name of the block's scheme; every spelling of it has to mean the same. */
export function schemeOf({ types }: ScalingBlock): RopeScaling['type'] {
  const [first, ...rest] = types.map(({ name, value }) => {
    return { name, value, type: TYPES[checkChoice(name, value, Object.keys(TYPES))]! };
  });
  for (const { name, value, type } of rest) {
    if (type !== first!.type) {
      throw new RangeError(
        `${name}: expected the same as ${first!.name} (${show(first!.value)}), got ${show(value)}`,
      );
    }
  }
  return first?.type ?? 'default';
}

/**
 * The scheme of a block, with everything it needs from elsewhere in the config.
 *
 * @throws {TypeError | RangeError} naming the field as the config spells it
 */
export function readScaling(
  source: HuggingFaceSource,
  given: ScalingBlock,
  context: ScalingContext,
): RopeScaling {
  const block = familySpelling(source, given, context);
  const type = schemeOf(block);
  const own = KEYS[type]!;
  const scaling: Record<string, unknown> = { type };
  const names: Record<string, string> = { type: `${block.name}.rope_type` };
  for (const [key, ours] of Object.entries(own)) {
    const given = block.fields.get(key);
    names[ours] = given?.name ?? `${block.name}.${key}`;
    if (given) scaling[ours] = given.value;
  }
  for (const [key, { name }] of block.fields) {
    if (Object.hasOwn(own, key) || listed(READ_ELSEWHERE, key)) continue;
    // A factor without a scheme is no default; and of a class that nobody checked no key is left out.
    if (!source.row || (type === 'default' && key === 'factor')) {
      throw new TypeError(
        `${name}: expected only keys of scheme "${type}" (${Object.keys(own).join(', ')}), got "${key}"`,
      );
    }
    unchecked(
      source,
      `${name} is not read: scheme "${type}" of transformers has no such key`,
      context.assumptions,
    );
  }
  // transformers takes these two by `or`, so 0 means the default.
  for (const key of ['betaFast', 'betaSlow']) if (scaling[key] === 0) delete scaling[key];
  if (type === 'proportional') scaling.rotatedFraction = context.rotatedFraction;
  if (type === 'dynamic') scaling.originalPositions = dynamicOriginal(source, block, context);
  if (type === 'yarn' || type === 'longrope' || type === 'llama3')
    extendedScaling(source, block, context, scaling);
  names.rotatedFraction = `${source.prefix}partial_rotary_factor`;
  names.originalPositions = `${source.prefix}max_position_embeddings`;
  if (block.fields.has('llama_4_scaling_beta')) {
    context.assumptions.push(
      `${block.name}.llama_4_scaling_beta scales queries by position, beside the rotation: left to the caller`,
    );
  }
  return checkScaling(scaling, context.rotaryDim / 2, (field) => names[field] ?? `${block.name}.${field}`);
}

/** `originalPositions` and a missing `factor` of the schemes that extend an original length. */
function extendedScaling(
  source: HuggingFaceSource,
  block: ScalingBlock,
  { assumptions }: ScalingContext,
  scaling: Record<string, unknown>,
): void {
  const key = 'original_max_position_embeddings';
  const inside = block.fields.get(key);
  const given = agreed([...(inside ? [inside] : []), ...givenOf(source, key)]);
  const longest = integerOf(source, 'max_position_embeddings');
  if (given) {
    scaling.originalPositions = checkNumber(
      given.name,
      given.value,
      'an integer of at least 2 (tokens)',
      (value) => value >= 2 && Number.isInteger(value),
    );
  } else if (longest !== undefined) {
    scaling.originalPositions = longest;
    assumptions.push(
      `${block.name}.${key} is missing: max_position_embeddings (${longest}), as transformers has it`,
    );
  }
  if (scaling.factor !== undefined || !given || longest === undefined || scaling.type === 'llama3') return;
  scaling.factor = Math.max(longest / (scaling.originalPositions as number), 1);
  if (scaling.type === 'yarn') {
    assumptions.push(`${block.name}.factor is missing: max_position_embeddings / ${key} = ${scaling.factor}`);
  }
}

/** transformers measures dynamic NTK by `max_position_embeddings`, whatever the block says. */
function dynamicOriginal(
  source: HuggingFaceSource,
  block: ScalingBlock,
  { assumptions }: ScalingContext,
): number | undefined {
  const longest = integerOf(source, 'max_position_embeddings');
  const given = block.fields.get('original_max_position_embeddings');
  if (given && given.value !== longest) {
    assumptions.push(
      `${given.name} is not used: transformers measures dynamic NTK by max_position_embeddings`,
    );
  }
  return longest;
}

/** Rewrites what single families spell in a way of their own. */
function familySpelling(
  source: HuggingFaceSource,
  block: ScalingBlock,
  { assumptions, rotaryDim, layerType }: ScalingContext,
): ScalingBlock {
  const { row } = source;
  const { fields } = block;
  const type = schemeOf(block);
  const typeName = block.types[0]?.name ?? `${block.name}.rope_type`;
  const alpha = fields.get('alpha');
  if (alpha && row?.hasAlpha && type === 'dynamic') {
    // HunYuan's alpha is the factor of the static rule; factor, mscale and the betas beside it are not read.
    assumptions.push(
      `${alpha.name} is read as a static NTK factor, as the HunYuan class of transformers does`,
    );
    const kept = [...fields].filter(([key]) => listed(READ_ELSEWHERE, key));
    return {
      ...block,
      types: [{ name: typeName, value: 'ntk' }],
      fields: new Map([...kept, ['factor', alpha]]),
    };
  }
  const factor = fields.get('factor');
  if (factor && row?.hasMixedNtk && type === 'ntk') {
    if (fields.get('mixed_b')) return block;
    // GTE: the base times the factor (hf-theta.ts has that), then frequencies divided by this.
    const ratio = checkNumber(
      factor.name,
      factor.value,
      'a number from 1 to 2^24',
      (n) => n >= 1 && n <= 2 ** 24,
    );
    const divided = { name: factor.name, value: ratio ** (2 / rotaryDim) };
    return {
      ...block,
      types: [{ name: typeName, value: 'linear' }],
      fields: new Map([...fields, ['factor', divided]]),
    };
  }
  // DeepSeek V4's code leaves cos and sin of its compressed layers as they are.
  if (/^(compressed|heavily)_/.test(layerType) && type === 'yarn' && !fields.has('attention_factor')) {
    const one = { name: `${block.name}.attention_factor`, value: 1 };
    return { ...block, fields: new Map([...fields, ['attention_factor', one]]) };
  }
  const short = fields.get('short_mscale');
  if (short && source.modelType === 'phimoe') {
    // Two attention factors, one a range of lengths; ours is one, so they have to be equal (in Phi-3.5-MoE they are).
    const long = fields.get('long_mscale') ?? { name: `${block.name}.long_mscale`, value: null };
    const rewritten = new Map([...fields, ['attention_factor', agreed([short, long])!] as const]);
    rewritten.delete('short_mscale');
    rewritten.delete('long_mscale');
    return { ...block, fields: rewritten };
  }
  return block;
}
