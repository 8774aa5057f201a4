import { checkInteger, wrongType } from '../errors';
import { layerTypesOfBlock } from './hf-scaling';
import { agreed, givenOf, type HuggingFaceSource, integerOf } from './hf-source';
import { listed } from './word-list';

/** One layer of a model: its type, as transformers names it, and whether its Q and K are rotated at all. */
export interface HuggingFaceLayer {
  readonly type: string;
  readonly rotated: boolean;
}

const FULL = 'full_attention';
const SLIDING = 'sliding_attention';

/** Layer types of hybrid models that have no attention to rotate. */
const NO_ATTENTION = 'linear_attention mamba conv recurrent moe mlp';

/** Every n-th layer is a full one, the others slide, where the config does not list `layer_types`. */
const PATTERN: Readonly<Record<string, number>> = {
  gemma2: 2,
  gpt_oss: 2,
  gemma3_text: 6,
  gemma3n_text: 5,
  gemma4_text: 6,
  cohere2: 4,
  olmo3: 4,
  exaone4: 4,
};

/** Families with layers without positions by `no_rope_layers`, every fourth where the config does not say. */
const NO_ROPE_LAYERS = 'llama4 llama4_text smollm3';

/** How many layers the model has, or undefined where the config does not say. */
export function layerCount(source: HuggingFaceSource): number | undefined {
  return integerOf(source, 'num_hidden_layers', 'n_layer') ?? listOf(source, 'layer_types')?.length;
}

/**
 * Every layer of the model. A config fragment that does not say how many there are is read as 60: every pattern above
 * divides that, so each of its layer types occurs.
 */
export function layersOf(source: HuggingFaceSource): HuggingFaceLayer[] {
  const count = layerCount(source) ?? 60;
  const given = listOf(source, 'layer_types', count);
  const noRope = noRopeLayers(source, count);
  return Array.from({ length: count }, (_, index) => {
    const hasPositions = noRope ? noRope[index] !== 0 : true;
    const type = given
      ? checkName(given[index], `layer_types[${index}]`, source)
      : patternType(source, index, count, hasPositions);
    return { type, rotated: hasPositions && isRotatedType(source, type) };
  });
}

/** Layer types the config has rules for, in the order of its layers. */
export function ruleTypes(source: HuggingFaceSource): string[] {
  const named =
    layerTypesOfBlock(source) ??
    (givenOf(source, 'rope_local_base_freq', 'local_rope_theta').length ? [FULL, SLIDING] : []);
  return [...new Set([...layersOf(source).map(({ type }) => type), ...named])];
}

/** Whether layers of this type are rotated, as far as the type alone decides. */
export function isRotatedType({ values, modelType }: HuggingFaceSource, type: string): boolean {
  // Cohere 2 rotates its sliding layers only; EXAONE 4 too, where it has any.
  if (modelType === 'cohere2') return type === SLIDING && values.sliding_window !== null;
  if (modelType === 'exaone4') return type === SLIDING || values.sliding_window === null;
  return !listed(NO_ATTENTION, type);
}

function patternType(source: HuggingFaceSource, index: number, count: number, hasPositions: boolean): string {
  const { values, modelType } = source;
  if (modelType.startsWith('llama4')) return hasPositions ? 'chunked_attention' : FULL;
  if (modelType === 'modernbert') {
    return index % (integerOf(source, 'global_attn_every_n_layers') ?? 3) === 0 ? FULL : SLIDING;
  }
  if (modelType === 'smollm3') {
    return values.use_sliding_window === true && values.sliding_window && !hasPositions ? SLIDING : FULL;
  }
  if (modelType === 'exaone4' && values.sliding_window === null) return FULL;
  const every = PATTERN[modelType];
  if (every === undefined) return FULL;
  const period = integerOf(source, 'sliding_window_pattern', '_sliding_window_pattern') ?? every;
  const isFull = (index + 1) % period === 0 || (modelType === 'gemma4_text' && index === count - 1);
  return isFull ? FULL : SLIDING;
}

/** `no_rope_layers`, which despite its name holds 1 for a layer WITH positions and 0 for one without. */
function noRopeLayers(source: HuggingFaceSource, count: number): number[] | null {
  const given = listOf(source, 'no_rope_layers');
  if (given?.length) {
    const name = `${source.prefix}no_rope_layers`;
    if (given.length < count) throw wrongType(name, `an array of ${count} entries, one a layer`, given);
    return Array.from(given, (entry, i) => checkInteger(`${name}[${i}]`, entry, 0, 1));
  }
  const interval = integerOf(source, 'no_rope_layer_interval');
  if (interval === undefined && !listed(NO_ROPE_LAYERS, source.modelType)) return null;
  return Array.from({ length: count }, (_, i) => ((i + 1) % (interval ?? 4) === 0 ? 0 : 1));
}

function listOf(source: HuggingFaceSource, key: string, length?: number): unknown[] | undefined {
  const given = agreed(givenOf(source, key));
  if (!given) return undefined;
  if (!Array.isArray(given.value) || (length !== undefined && given.value.length !== length)) {
    throw wrongType(
      given.name,
      `an array${length === undefined ? '' : ` of ${length} entries, one a layer`}`,
      given.value,
    );
  }
  return given.value;
}

function checkName(value: unknown, key: string, { prefix }: HuggingFaceSource): string {
  if (typeof value !== 'string') throw wrongType(prefix + key, 'the name of a layer type', value);
  return value;
}
