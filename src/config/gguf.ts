import { checkArrayLike, checkKeys, wrongType } from '../errors';
import { checkLayerType, checkRotated, layerCount, layersOf } from './gguf-layers';
import { GgufMetadata } from './gguf-metadata';
import { readLayerType } from './gguf-reading';
import { type GgufTensors, tensorNames } from './gguf-scaling';
import type { RopeConfig } from './types';

/** What {@link ropeConfigsFromGguf} reads besides the metadata. */
export interface GgufFileOptions {
  /**
   * The small tensors that carry the rest of the rotation, by name, as float32 values: `rope_freqs.weight`,
   * `rope_factors_long.weight`, `rope_factors_short.weight`, and no others. Give an empty object to say that the file has
   * none of them.
   */
  readonly tensors?: Readonly<Record<string, ArrayLike<number>>> | undefined;
  /** Refuses an architecture that the table of llama.cpp's graphs does not have. */
  readonly strict?: boolean | undefined;
}

/** What {@link ropeConfigFromGguf} reads besides the metadata. */
export interface GgufOptions extends GgufFileOptions {
  /**
   * Which layers of a model whose layers rotate differently: `"full_attention"`, `"sliding_attention"` (Gemma 3, Gemma 4,
   * ModernBERT, OLMo 3), or those with compression of DeepSeek V4.
   */
  readonly layerType?: string | undefined;
}

/** Every rule of a GGUF, and which layer follows which. */
export interface GgufConfigs {
  /** One entry a layer: a key of `configs`. */
  readonly layerTypes: string[];
  /** The rotation of each layer type; null where its layers are not rotated. */
  readonly configs: Record<string, RopeConfig | null>;
}

/**
 * Reads the rotation from the metadata of a GGUF file, as llama.cpp does: with the pairing the file's weights are
 * converted for, which is not always that of the Hugging Face checkpoint.
 *
 * @param metadata Key-value pairs of the file's header; integers may be bigint. Not changed.
 * @param options.tensors Left out, the result assumes there are none, and says so.
 * @throws {TypeError | RangeError} naming the key; the architecture, where llama.cpp rotates nothing
 * @example
 * const { metadata } = await gguf(url);
 * const config = ropeConfigFromGguf(metadata, { tensors: { 'rope_freqs.weight': ropeFreqs } });
 */
export function ropeConfigFromGguf(metadata: unknown, options: GgufOptions = {}): RopeConfig {
  const { layerType } = options;
  const source = open(metadata, options, ['layerType']);
  const layers = layersOf(source);
  const types = [...new Set(['full_attention', ...layers.map(({ type }) => type)])];
  const rotated = types.filter((type) => layers.some((layer) => layer.type === type && layer.rotated));
  if (layerType !== undefined) {
    const type = checkLayerType(layerType, types);
    if (types.includes(type) && !rotated.includes(type)) {
      throw wrongType('layerType', `a type whose layers are rotated (${quoted(rotated)})`, type);
    }
    return readLayerType(source, type, options.tensors);
  }
  const [first, ...rest] = rotated.map((type) => readLayerType(source, type, options.tensors));
  if (!first) throw new RangeError('metadata: expected a model with rotated layers, got one without');
  if (!rest.every((reading) => rotation(first) === rotation(reading))) {
    throw wrongType(
      'layerType',
      `${quoted(rotated)}, as the two rotate differently in this model`,
      undefined,
    );
  }
  if (layers.every((layer) => layer.rotated)) return first;
  const hint = 'not every layer is rotated; ropeConfigsFromGguf says which are';
  return { ...first, assumptions: [...first.assumptions, hint] };
}

/**
 * Reads every rule of a GGUF and says which layer follows which. Layers that are not rotated are null; where others of their
 * type are, they go by `"no_rope"`.
 *
 * @param metadata Key-value pairs of the file's header, `block_count` among them. Not changed.
 * @throws {TypeError | RangeError} naming the key
 * @example Cohere 2: `configs.sliding_attention` rotates, `configs.full_attention` is null, `layerTypes[3]` is the latter.
 */
export function ropeConfigsFromGguf(metadata: unknown, options: GgufFileOptions = {}): GgufConfigs {
  const source = open(metadata, options, []);
  if (layerCount(source) === undefined) throw wrongType(source.name('block_count'), 'an integer', undefined);
  const layers = layersOf(source);
  const isRotated = (type: string) => layers.some((layer) => layer.type === type && layer.rotated);
  const configs: Record<string, RopeConfig | null> = {};
  const layerTypes = layers.map((layer) => {
    const name = !layer.rotated && isRotated(layer.type) ? 'no_rope' : layer.type;
    if (!Object.hasOwn(configs, name))
      configs[name] = layer.rotated ? readLayerType(source, layer.type, options.tensors) : null;
    return name;
  });
  return { layerTypes, configs };
}

function open(metadata: unknown, options: GgufFileOptions, keys: readonly string[]): GgufMetadata {
  const source = new GgufMetadata(metadata);
  checkKeys('options', options, [...keys, 'tensors', 'strict']);
  const { tensors, strict } = options;
  if (tensors !== undefined) checkTensors(tensors);
  if (strict !== undefined && typeof strict !== 'boolean') throw wrongType('strict', 'true or false', strict);
  if (strict && !source.row) {
    throw new RangeError(`strict: expected an architecture of the table, got "${source.architecture}"`);
  }
  checkRotated(source);
  return source;
}

function checkTensors(tensors: GgufTensors): void {
  checkKeys('tensors', tensors, tensorNames);
  for (const name of tensorNames) {
    if (tensors[name] !== undefined)
      checkArrayLike(`tensors["${name}"]`, tensors[name], 'an array of numbers');
  }
}

/** Everything of a config that bears on angles. */
function rotation(config: RopeConfig): string {
  return JSON.stringify({ ...config, assumptions: [] });
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(' or ');
}
