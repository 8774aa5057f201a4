import { checkKeys, wrongType } from '../errors';
import type { HuggingFaceSource } from './hf-given';
import { isRotatedType, layerCount, layersOf, ruleTypes } from './hf-layers';
import { readNorm } from './hf-norm';
import { checkLayerType, readLayerType, rotatesAlike } from './hf-reading';
import { openHuggingFace } from './hf-source';
import type { QkNorm, RopeConfig } from './types';

/** Which model of a file to read, and how. */
export interface HuggingFaceFileOptions {
  /**
   * Which part of a multimodal file: `"text"`, `"vision"`, `"audio"`, `"thinker"`, `"talker"`, `"encoder"`, `"decoder"` or
   * `"depth"`, as far as the file has it. Default its text model.
   */
  readonly part?: string | undefined;
  /** Refuses what nobody checked: a `model_type` that the table does not have, keys that its class does not read. */
  readonly strict?: boolean | undefined;
}

/** Which rule of a model to read. */
export interface HuggingFaceOptions extends HuggingFaceFileOptions {
  /** A layer type as transformers names it, such as `"full_attention"` or `"sliding_attention"`. */
  readonly layerType?: string | undefined;
}

/** Every rule of a model, and which layer follows which. */
export interface HuggingFaceConfigs {
  /** One entry a layer: a key of `configs`. */
  readonly layerTypes: string[];
  /** The rotation of each layer type; null where its layers are not rotated. */
  readonly configs: Record<string, RopeConfig | null>;
  /**
   * How Q and K of the rotated layers are normed; null where they are not, undefined where the table does not say. What a
   * kernel that norms and rotates in one launch has to know.
   */
  readonly norm: QkNorm | null | undefined;
}

/**
 * Reads the rotation from a Hugging Face `config.json`, in the spelling of transformers v4 (`rope_theta`,
 * `rope_scaling`) or v5 (`rope_parameters`), at the top level or in a part such as `text_config`.
 *
 * What the config leaves open is what its class in transformers has, by the table of docs/models.md, and listed in
 * `assumptions` of the result; so is all that nobody checked where the table does not have the class. Whatever is not
 * rotated, or would rotate wrongly, is refused. M-RoPE (Qwen2-VL, Qwen3-VL and their kin) reads as axes: time, height, width.
 *
 * @param config The parsed JSON. Not changed.
 * @param options.layerType Needed where a model has several rules (Gemma 3, ModernBERT).
 * @param options.part Needed where a file has several models and no text among them.
 * @throws {TypeError | RangeError} naming the field as the config spells it
 * @example `const config = ropeConfigFromHuggingFace(await (await fetch('config.json')).json())`
 */
export function ropeConfigFromHuggingFace(config: unknown, options: HuggingFaceOptions = {}): RopeConfig {
  const { layerType } = options;
  const source = open(config, options, ['layerType']);
  const types = ruleTypes(source);
  const rotated = rotatedTypes(source, types);
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
 * Reads every rule of a model and says which layer follows which, and how Q and K are normed.
 *
 * Keys are the layer types of transformers. Where layers of one type differ only in whether they are rotated
 * (SmolLM3), those that are not go by `"no_rope"`.
 *
 * @param config The parsed `config.json`. It, or the class in transformers, has to say how many layers there are.
 * @throws {TypeError | RangeError} naming the field as the config spells it
 * @example Llama 4: `configs.chunked_attention` rotates, `configs.full_attention` is null, `layerTypes[3]` is the latter.
 */
export function ropeConfigsFromHuggingFace(
  config: unknown,
  options: HuggingFaceFileOptions = {},
): HuggingFaceConfigs {
  const source = open(config, options, []);
  if (layerCount(source) === undefined) {
    throw new TypeError(
      `${source.prefix}num_hidden_layers: expected an integer of at least 1, got undefined`,
    );
  }
  const rotated = rotatedTypes(source, ruleTypes(source));
  const configs: Record<string, RopeConfig | null> = {};
  const layerTypes = layersOf(source).map((layer) => {
    const name = !layer.rotated && rotated.includes(layer.type) ? 'no_rope' : layer.type;
    if (!Object.hasOwn(configs, name))
      configs[name] = layer.rotated ? readLayerType(source, layer.type) : null;
    return name;
  });
  return { layerTypes, configs, norm: readNorm(source) };
}

function open(config: unknown, options: HuggingFaceFileOptions, keys: readonly string[]): HuggingFaceSource {
  checkKeys('options', options, [...keys, 'part', 'strict']);
  const { strict } = options;
  if (strict !== undefined && typeof strict !== 'boolean') throw wrongType('strict', 'true or false', strict);
  return openHuggingFace(config, options);
}

/** Layer types with at least one rotated layer, and those a rule names without any layer saying so. */
function rotatedTypes(source: HuggingFaceSource, types: readonly string[]): string[] {
  const layers = layersOf(source);
  return types.filter((type) => {
    const ofType = layers.filter((layer) => layer.type === type);
    return ofType.length === 0 ? isRotatedType(source, type) : ofType.some((layer) => layer.rotated);
  });
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(' or ');
}
