import { checkChoice, checkNumber, show } from '../errors';
import { agreed, type Given, givenOf, type HuggingFaceSource, integerOf } from './hf-source';
import { checkObject, checkScaling } from './scaling';
import type { RopeScaling } from './types';
import { listed } from './word-list';

/**
 * The scaling block of one layer type: `rope_scaling` of transformers v4 and `rope_parameters` of v5 merged, by key.
 * A v5 block also carries `rope_theta` and `partial_rotary_factor`.
 */
export interface ScalingBlock {
  /** What error messages put before a key, for example `rope_parameters.full_attention`. */
  readonly name: string;
  /** Every spelling of the scheme's name; all have to mean the same. */
  readonly types: readonly Given[];
  /** Everything else, by key. */
  readonly fields: ReadonlyMap<string, Given>;
  /** Whether the block is an entry of a map, which has one for each layer type. */
  readonly perLayerType: boolean;
}

const SPELLINGS = ['rope_scaling', 'rope_parameters'];

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
  rope_theta partial_rotary_factor mrope_section mrope_interleaved original_max_position_embeddings finetuned
  llama_4_scaling_beta`;

/** The layer types of a block that holds one entry a layer type, or null where the block is a flat one. */
export function layerTypesOfBlock(source: HuggingFaceSource): string[] | null {
  for (const { name, value } of givenOf(source, ...SPELLINGS)) {
    const block = checkObject(name, value);
    if (isPerLayerType(block)) return Object.keys(block);
  }
  return null;
}

function isPerLayerType(block: Record<string, unknown>): boolean {
  const entries = Object.values(block);
  const isObject = (entry: unknown) => typeof entry === 'object' && entry !== null && !Array.isArray(entry);
  return entries.some(isObject) && entries.every((entry) => entry === null || isObject(entry));
}

/** The merged scaling block for a layer type. */
export function scalingBlock(source: HuggingFaceSource, layerType: string): ScalingBlock {
  const types: Given[] = [];
  const fields = new Map<string, Given>();
  let blockName = `${source.prefix}rope_scaling`;
  let perLayerType = false;
  for (const { name, value } of givenOf(source, ...SPELLINGS)) {
    let block = checkObject(name, value);
    blockName = name;
    if (isPerLayerType(block)) {
      perLayerType = true;
      blockName = `${name}.${layerType}`;
      block = checkObject(blockName, block[layerType]);
    }
    const named = types.length;
    for (const [key, entry] of Object.entries(block)) {
      const given = { name: `${blockName}.${key}`, value: entry };
      if (entry === null || entry === undefined) continue;
      if (key === 'type' || key === 'rope_type') types.push(given);
      else fields.set(key, agreed([fields.get(key) ?? given, given]) ?? given);
    }
    // A block that names no type means the default, and contradicts another spelling that names one.
    if (types.length === named) types.push({ name: `${blockName}.rope_type`, value: 'default' });
  }
  return { name: blockName, types, fields, perLayerType };
}

/** What {@link readScaling} needs to know of the rest of the config. */
export interface ScalingContext {
  readonly rotaryDim: number;
  readonly rotatedFraction: number;
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
  const block = familySpelling(source, given, context.assumptions);
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
    if (key in own || listed(READ_ELSEWHERE, key)) continue;
    throw new TypeError(
      `${name}: expected only keys of scheme "${type}" (${Object.keys(own).join(', ')}), got "${key}"`,
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
function familySpelling(source: HuggingFaceSource, block: ScalingBlock, assumptions: string[]): ScalingBlock {
  const { fields } = block;
  const alpha = fields.get('alpha');
  if (alpha && source.modelType.startsWith('hunyuan_v1') && schemeOf(block) === 'dynamic') {
    // HunYuan's alpha is the factor of the static rule; factor, mscale and the betas beside it are not read.
    assumptions.push(
      `${alpha.name} is read as a static NTK factor, as the HunYuan class of transformers does`,
    );
    return {
      ...block,
      types: [{ name: block.types[0]!.name, value: 'ntk' }],
      fields: new Map([['factor', alpha]]),
    };
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
