import { checkInteger, outOfRange, wrongType } from '../errors';
import { agreed, givenOf, type HuggingFaceSource, integerOf } from './hf-given';
import { givenLayerTypes, hasWindow, listOf, MAX_LAYERS, patternTypes } from './hf-layer-types';
import { layerTypesOfBlock } from './hf-scaling-block';
import { listed } from './word-list';

/** One layer of a model: its type, as transformers names it, and whether its Q and K are rotated at all. */
export interface HuggingFaceLayer {
  readonly type: string;
  readonly rotated: boolean;
}

const FULL = 'full_attention';
const SLIDING = 'sliding_attention';
const CHUNKED = 'chunked_attention';

/** Layer types of hybrid models that have no attention to rotate, or whose keys are not of the text (Llama 3.2 Vision). */
const NO_ATTENTION = `
  linear_attention mamba conv recurrent moe mlp cross_attention gated_deltanet kda ssm dense sparse`;

/** Layer types with attention, but for names that end in `_attention`. */
const ATTENTION = 'attention hybrid hybrid_sliding minimax_m3_sparse';

/** How many layers the model has, or undefined where neither the config nor its class says. */
export function layerCount(source: HuggingFaceSource): number | undefined {
  const given = agreed(
    givenOf(
      source,
      'num_hidden_layers',
      'n_layer',
      'n_layers',
      'num_layers',
      'decoder_num_hidden_layers',
      'depth',
    ),
  );
  if (given) return checkInteger(given.name, given.value, 1, { most: MAX_LAYERS, unit: ' (layers)' });
  return givenLayerTypes(source, undefined)?.length ?? source.row?.size[2];
}

/**
 * Every layer of the model. A config fragment that does not say how many there are is read as 60: every pattern of the table
 * divides that, so each of its layer types occurs.
 */
export function layersOf(source: HuggingFaceSource): HuggingFaceLayer[] {
  const count = layerCount(source) ?? 60;
  const noRope = noRopeLayers(source, count);
  const thetas = listOf(source, 'layer_rope_theta', count);
  const given = givenLayerTypes(source, count);
  for (const [index, type] of given?.entries() ?? [])
    checkType(`${source.prefix}layer_types[${index}]`, type);
  const types = given ?? patternTypes(source, count);
  const hasChunks = !given && types.includes(CHUNKED);
  return types.map((listed, index) => {
    const hasPositions = noRope?.[index] !== 0 && thetas?.[index] !== 0;
    // Llama 4 has chunks where it has positions.
    const type = hasChunks ? (hasPositions ? CHUNKED : FULL) : listed;
    return { type, rotated: hasPositions && isRotatedType(source, type) };
  });
}

/** Layer types the config has rules for, in the order of its layers. */
export function ruleTypes(source: HuggingFaceSource): string[] {
  const hasLocal = givenOf(source, 'rope_local_base_freq', 'local_rope_theta', 'swa_rope_theta').length > 0;
  const named = layerTypesOfBlock(source) ?? (hasLocal ? [FULL, SLIDING] : []);
  return [...new Set([...layersOf(source).map(({ type }) => type), ...named])];
}

/** Whether layers of this type are rotated, as far as the type alone decides. */
export function isRotatedType(source: HuggingFaceSource, type: string): boolean {
  const { row } = source;
  if (listed(NO_ATTENTION, type)) return false;
  if (layerTypesOfBlock(source, true)?.includes(type)) return false;
  if (!row?.rotates) return true;
  if (!hasWindow(source)) return row.isFullWithoutWindow;
  return row.rotates.includes(type);
}

/** `no_rope_layers`, which despite its name holds 1 for a layer WITH positions and 0 for one without. */
function noRopeLayers(source: HuggingFaceSource, count: number): number[] | null {
  const given = listOf(source, 'no_rope_layers');
  if (given?.length) {
    const name = `${source.prefix}no_rope_layers`;
    if (given.length < count) throw wrongType(name, `an array of ${count} entries, one a layer`, given);
    return Array.from(given, (entry, i) => checkInteger(`${name}[${i}]`, entry, 0, 1));
  }
  const every = integerOf(source, 'no_rope_layer_interval') ?? source.row?.noRope;
  return every === undefined
    ? null
    : Array.from({ length: count }, (_, i) => ((i + 1) % every === 0 ? 0 : 1));
}

function checkType(name: string, type: string): void {
  if (/^\w{1,64}_attention$/.test(type) || listed(`${NO_ATTENTION} ${ATTENTION}`, type)) return;
  throw outOfRange(name, 'the name of a layer type, such as "full_attention"', type);
}
