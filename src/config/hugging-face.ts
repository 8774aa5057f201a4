import { checkKeys } from '../errors';
import { isRotatedType, layerCount, layersOf, ruleTypes } from './hf-layers';
import { checkLayerType, readLayerType, rotatesAlike } from './hf-reading';
import { type HuggingFaceSource, openHuggingFace } from './hf-source';
import type { RopeConfig } from './types';

/** Which rule of a model to read. */
export interface HuggingFaceOptions {
  /** A layer type as transformers names it, such as `"full_attention"` or `"sliding_attention"`. */
  readonly layerType?: string | undefined;
}

/** Every rule of a model, and which layer follows which. */
export interface HuggingFaceConfigs {
  /** One entry a layer: a key of `configs`. */
  readonly layerTypes: string[];
  /** The rotation of each layer type; null where its layers are not rotated. */
  readonly configs: Record<string, RopeConfig | null>;
}

/**
 * Reads the rotation from a Hugging Face `config.json`, in the spelling of transformers v4 (`rope_theta`,
 * `rope_scaling`) or v5 (`rope_parameters`), at the top level or in a `text_config`.
 *
 * M-RoPE (Qwen2-VL, Qwen3-VL and their kin) reads as three axes: time, height, width.
 * Whatever the config leaves open is listed in `assumptions` of the result; whatever would rotate wrongly is refused.
 *
 * @param config The parsed JSON. Not changed.
 * @param options.layerType Needed where a model has several rules (Gemma 3, ModernBERT).
 * @throws {TypeError | RangeError} naming the field as the config spells it
 * @example `const config = ropeConfigFromHuggingFace(await (await fetch('config.json')).json())`
 */
export function ropeConfigFromHuggingFace(config: unknown, options: HuggingFaceOptions = {}): RopeConfig {
  checkKeys('options', options, ['layerType']);
  const { layerType } = options;
  const source = openHuggingFace(config);
  const types = ruleTypes(source);
  const rotated = rotatedTypes(source);
  if (layerType !== undefined) {
    const type = checkLayerType(layerType, types);
    if (!rotated.includes(type) && types.includes(type)) {
      throw new RangeError(
        `layerType: expected a type whose layers are rotated (${quoted(rotated)}), got "${type}"`,
      );
    }
    return readLayerType(source, type);
  }
  if (rotated.length === 0)
    throw new RangeError('config: expected a model with rotated layers, got one without');
  const [first, ...rest] = rotated.map((type) => readLayerType(source, type));
  if (!rest.every((reading) => rotatesAlike(first!, reading))) {
    throw new TypeError(
      `layerType: expected ${quoted(rotated)}, as this model has several rules, got undefined`,
    );
  }
  const partlyRotated = types.length - rotated.length > 0 || layersOf(source).some((layer) => !layer.rotated);
  if (!partlyRotated) return first!;
  const hint = 'not every layer is rotated; ropeConfigsFromHuggingFace says which are';
  return { ...first!, assumptions: [...first!.assumptions, hint] };
}

/**
 * Reads every rule of a model and says which layer follows which.
 *
 * Keys are the layer types of transformers. Where layers of one type differ only in whether they are rotated
 * (SmolLM3), those that are not go by `"no_rope"`.
 *
 * @param config The parsed `config.json`. It has to say how many layers there are (`num_hidden_layers`).
 * @throws {TypeError | RangeError} naming the field as the config spells it
 * @example Llama 4: `configs.chunked_attention` rotates, `configs.full_attention` is null, `layerTypes[3]` is the latter.
 */
export function ropeConfigsFromHuggingFace(config: unknown): HuggingFaceConfigs {
  const source = openHuggingFace(config);
  if (layerCount(source) === undefined) {
    throw new TypeError(
      `${source.prefix}num_hidden_layers: expected an integer of at least 1, got undefined`,
    );
  }
  const rotated = rotatedTypes(source);
  const configs: Record<string, RopeConfig | null> = {};
  const layerTypes = layersOf(source).map((layer) => {
    const name = !layer.rotated && rotated.includes(layer.type) ? 'no_rope' : layer.type;
    if (!(name in configs)) configs[name] = layer.rotated ? readLayerType(source, layer.type) : null;
    return name;
  });
  return { layerTypes, configs };
}

/** Layer types with at least one rotated layer, and those a rule names without any layer saying so. */
function rotatedTypes(source: HuggingFaceSource): string[] {
  const layers = layersOf(source);
  return ruleTypes(source).filter((type) => {
    const ofType = layers.filter((layer) => layer.type === type);
    return ofType.length === 0 ? isRotatedType(source, type) : ofType.some((layer) => layer.rotated);
  });
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(' or ');
}
