import { show } from '../errors';
import { agreed, type Given, givenOf, type HuggingFaceSource } from './hf-given';
import { checkObject } from './scaling';

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
  /** The block of the class, in place of one that the config has not. */
  readonly isDefault: boolean;
}

const SPELLINGS = ['rope_scaling', 'rope_parameters'];

/**
 * The layer types of a block that holds one entry a layer type, or null where the block is a flat one.
 *
 * @param withoutPositions Only those whose entry is null: their layers are not rotated (Cohere Compass).
 */
export function layerTypesOfBlock(source: HuggingFaceSource, withoutPositions = false): string[] | null {
  for (const { name, value } of givenOf(source, ...SPELLINGS)) {
    const block = checkObject(name, value);
    if (!isPerLayerType(block)) continue;
    const keys = Object.keys(block).filter((key) => isObject(block[key]) || block[key] === null);
    const types = keys.filter((key) => !Object.values(OWN_NAMES).includes(key));
    return withoutPositions ? types.filter((type) => block[type] === null) : types;
  }
  return null;
}

function isObject(entry: unknown): boolean {
  return typeof entry === 'object' && entry !== null && !Array.isArray(entry);
}

/** Whether a block is a map by layer type; what stands beside the entries is then not read, as in transformers. */
function isPerLayerType(block: Record<string, unknown>): boolean {
  return Object.values(block).some(isObject);
}

/** What DeepSeek V4 calls the entries of layers with and without compression. */
const OWN_NAMES: Readonly<Record<string, string>> = {
  sliding_attention: 'main',
  compressed_sparse_attention: 'compress',
  heavily_compressed_attention: 'compress',
};

/** The key of a layer type's entry in a map: its own name, or what DeepSeek V4 calls it. */
function entryKey(block: Record<string, unknown>, layerType: string): string {
  const own = Object.hasOwn(OWN_NAMES, layerType) ? OWN_NAMES[layerType]! : layerType;
  return !Object.hasOwn(block, layerType) && Object.hasOwn(block, own) ? own : layerType;
}

/** The merged scaling block for a layer type; where the config has none, that of its class. */
export function scalingBlock(source: HuggingFaceSource, layerType: string): ScalingBlock {
  const given = givenOf(source, ...SPELLINGS);
  const usual = source.row?.defaults;
  const isDefault = given.length === 0 && usual !== undefined;
  const blocks = isDefault ? [{ name: `${source.prefix}rope_parameters`, value: usual }] : given;
  const types: Given[] = [];
  const fields = new Map<string, Given>();
  let blockName = `${source.prefix}rope_scaling`;
  let perLayerType = false;
  for (const { name, value } of blocks) {
    let block = checkObject(name, value);
    blockName = name;
    if (isPerLayerType(block)) {
      const key = entryKey(block, layerType);
      perLayerType = true;
      blockName = `${name}.${key}`;
      const entry = Object.hasOwn(block, key) ? block[key] : undefined;
      // The class may have a rule for a layer type that no layer of this model has.
      block = isDefault && entry === undefined ? {} : checkObject(blockName, entry);
    }
    const named = types.length;
    for (const [key, entry] of Object.entries(block)) {
      const field = { name: `${blockName}.${key}`, value: entry };
      if (entry === null || entry === undefined) continue;
      if (key === 'type' || key === 'rope_type') types.push(field);
      else fields.set(key, agreed([fields.get(key) ?? field, field]) ?? field);
    }
    // A block that names no type means the default, and contradicts another spelling that names one.
    if (types.length === named) types.push({ name: `${blockName}.rope_type`, value: 'default' });
  }
  return { name: blockName, types, fields, perLayerType, isDefault };
}

/** A block in an assumption: what of it bears on frequencies. */
export function describeBlock({ types, fields }: ScalingBlock): string {
  const entries = [...fields].map(([key, { value }]) => `${key} ${show(value)}`);
  return [show(types[0]?.value ?? 'default'), ...entries].join(', ');
}
