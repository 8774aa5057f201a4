import { checkNumber, wrongType } from '../errors';
import { agreed, assumed, type Given, givenOf, type HuggingFaceSource, integerOf } from './hf-given';
import { layersOf } from './hf-layers';
import type { ScalingBlock } from './hf-scaling-block';
import { listedByLayer } from './hf-theta';
import { checkRotaryDim } from './rope-config';
import { checkObject } from './scaling';

const FULL = 'full_attention';
const SLIDING = 'sliding_attention';

/** Spellings of the width of a layer, and of the number of heads in it. */
const WIDTHS = ['hidden_size', 'n_embd', 'd_model'];
const HEADS = [
  'num_attention_heads',
  'n_head',
  'n_heads',
  'num_heads',
  'encoder_attention_heads',
  'decoder_num_attention_heads',
  'encoder_num_attention_heads',
];

/** Which elements of a head are rotated. */
export interface Widths {
  readonly headDim: number;
  /** The rotated part; odd where a class rotates one element more than its exponents count (Moonshine). */
  readonly rotaryDim: number;
  /** The fraction of a head it stands for. */
  readonly rotatedFraction: number;
  readonly placement: 'first' | 'last';
}

/** What bears on the widths of a layer type. */
export interface WidthReading {
  readonly block: ScalingBlock;
  readonly layerType: string;
  /** Whether all of the head counts as rotary, whatever fraction of it turns. */
  readonly wholeHead: boolean;
  readonly assumptions: string[];
}

/** The widths of a head. */
export function readWidths(source: HuggingFaceSource, reading: WidthReading): Widths {
  const slice = sliceWidth(source, reading.assumptions);
  if (slice !== undefined) {
    return { headDim: slice, rotaryDim: slice, rotatedFraction: 1, placement: 'last' };
  }
  const headDim = readHeadDim(source, reading);
  return { headDim, ...readRotaryDim(source, headDim, reading), placement: 'first' };
}

/** The slice at the end of each head that latent attention rotates; undefined where a model has none. */
function sliceWidth(source: HuggingFaceSource, assumptions: string[]): number | undefined {
  const { row } = source;
  if (row && row.slice === undefined) return undefined;
  const given = integerOf(source, 'qk_rope_head_dim');
  if (given !== undefined || !row?.slice) return given;
  const headDim = integerOf(source, 'head_dim');
  const [fraction] = givenOf(source, 'partial_rotary_factor');
  // DeepSeek V4 may say the slice as a fraction of its head.
  if (fraction && headDim !== undefined && row.layers) return Math.trunc(headDim * checkFraction(fraction));
  return assumed(source, 'qk_rope_head_dim', row.slice, assumptions);
}

function readHeadDim(source: HuggingFaceSource, { block, layerType, assumptions }: WidthReading): number {
  const { row } = source;
  const ofLayer = headOfLayers(source, layerType);
  if (ofLayer !== undefined) return ofLayer;
  if (layerType === FULL) {
    // A flat block is one rule for all layers, and so are their heads.
    const full = integerOf(source, 'global_head_dim') ?? (block.perLayerType ? row?.fullHead : undefined);
    if (full !== undefined) return full;
  }
  const sliding = layerType === SLIDING ? integerOf(source, 'swa_head_dim') : undefined;
  const own = sliding ?? firstInteger(source, ['head_dim', 'attention_head_dim', 'kv_channels']);
  if (own !== undefined) return own;
  if (typeof row?.head === 'number') return assumed(source, 'head_dim', row.head, assumptions);
  const width =
    (row?.axial ? integerOf(source, 'embed_dim') : undefined) ?? sizeOf(source, WIDTHS, 0, assumptions);
  const heads = sizeOf(source, HEADS, 1, assumptions);
  const share = row?.head === 'double' ? 2 * width : width;
  if (share % heads !== 0) {
    throw new RangeError(
      `${source.prefix}num_attention_heads: expected a divisor of hidden_size (${width}), got ${heads}`,
    );
  }
  return share / heads;
}

/** `per_layer_config`, which has the layers of another width by their number (Gemma 4, Step 3.5). */
function headOfLayers(source: HuggingFaceSource, layerType: string): number | undefined {
  const [given] = givenOf(source, 'per_layer_config');
  if (!given) return undefined;
  const entries = checkObject(given.name, given.value);
  const layers = layersOf(source);
  for (const [index, entry] of Object.entries(entries)) {
    if (layers[Number(index)]?.type !== layerType) continue;
    const ofLayer = {
      ...source,
      values: checkObject(`${given.name}.${index}`, entry),
      prefix: `${given.name}.${index}.`,
    };
    const width = integerOf(ofLayer, 'head_dim');
    if (width !== undefined) return width;
  }
  return undefined;
}

function firstInteger(source: HuggingFaceSource, keys: readonly string[]): number | undefined {
  const key = keys.find((name) => givenOf(source, name).length > 0);
  return key === undefined ? undefined : integerOf(source, key);
}

/** A size of the model: given in any spelling, else that of its class. */
function sizeOf(
  source: HuggingFaceSource,
  keys: readonly string[],
  at: 0 | 1,
  assumptions: string[],
): number {
  const given = at === 0 ? integerOf(source, ...keys) : firstInteger(source, keys);
  if (given !== undefined) return given;
  const usual = source.row?.size[at];
  if (usual !== undefined) return assumed(source, keys[0]!, usual, assumptions);
  throw wrongType(source.prefix + keys[0]!, 'an integer, as there is no head_dim', undefined);
}

function readRotaryDim(
  source: HuggingFaceSource,
  headDim: number,
  { block, layerType, wholeHead, assumptions }: WidthReading,
): { rotaryDim: number; rotatedFraction: number } {
  const { row } = source;
  const [width] = givenOf(source, 'rotary_dim');
  if (width && !wholeHead) {
    const rotaryDim = checkRotaryDim(width.value, headDim, width.name, 'head_dim');
    return { rotaryDim, rotatedFraction: rotaryDim / headDim };
  }
  const field = block.fields.get('partial_rotary_factor');
  const inside = field && !block.isDefault ? [field] : [];
  const keys = ['partial_rotary_factor', 'rotary_pct', 'rope_pct', 'rope_percent', 'rotary_emb_fraction'];
  const ofLayers = listedByLayer(source, 'partial_rotary_factors', layerType);
  const given = agreed([...inside, ...givenOf(source, ...keys), ...(ofLayers ? [ofLayers] : [])]);
  if (!given && row?.rotaryDim !== undefined && !wholeHead) {
    const rotaryDim = assumed(source, 'rotary_dim', row.rotaryDim, assumptions);
    return { rotaryDim: checkRotaryDim(rotaryDim, headDim, 'rotary_dim', 'head_dim'), rotatedFraction: 1 };
  }
  const usual = (field?.value as number | undefined) ?? row?.rotated;
  const fraction = given
    ? checkFraction(given)
    : usual === undefined
      ? 1
      : assumed(source, 'partial_rotary_factor', usual, assumptions);
  if (wholeHead) return { rotaryDim: headDim, rotatedFraction: fraction };
  // transformers truncates: int(head_dim * partial_rotary_factor).
  return { rotaryDim: Math.trunc(headDim * fraction), rotatedFraction: fraction };
}

function checkFraction({ name, value }: Given): number {
  return checkNumber(
    name,
    value,
    'a number above 0 and at most 1',
    (fraction) => fraction > 0 && fraction <= 1,
  );
}
