import { checkChoice, checkNumber, wrongType } from '../errors';
import { classDefaults } from './hf-families';
import { readMrope } from './hf-mrope';
import { readScaling, type ScalingBlock, scalingBlock, schemeOf } from './hf-scaling';
import { agreed, givenOf, type HuggingFaceSource, integerOf, thetaOf } from './hf-source';
import { pairingOfModelType } from './pairing';
import { checkRotaryDim, ropeConfig } from './rope-config';
import type { Pairing, RopeConfig } from './types';

/** Layers of this type have their own base and no scaling in models that give a local base. */
const SLIDING = 'sliding_attention';
const FULL = 'full_attention';

/** Reads the rotation of one layer type. Knows nothing of which layers rotate. */
export function readLayerType(source: HuggingFaceSource, layerType: string): RopeConfig {
  const assumptions = [...source.assumptions];
  const block = scalingBlock(source, layerType);
  const local = layerType === SLIDING ? localTheta(source, block, assumptions) : undefined;
  // A local base comes without scaling, and OLMo 3 scales its full layers only (its v5 class forgot; OLMo-core has it).
  const unscaled =
    !block.perLayerType && (local !== undefined || (layerType === SLIDING && source.modelType === 'olmo3'));
  const used: ScalingBlock = unscaled ? { ...block, types: [], fields: new Map() } : block;

  const headDim = readHeadDim(source, layerType, assumptions);
  const proportional = schemeOf(used) === 'proportional';
  const rotated = readRotaryDim(source, block, { headDim, wholeHead: proportional, assumptions });
  const theta = local ?? readTheta(source, block, layerType, assumptions);
  const scaling = readScaling(source, used, { ...rotated, assumptions });
  const pairing = readPairing(source, assumptions);
  return ropeConfig({
    headDim,
    rotaryDim: rotated.rotaryDim,
    theta,
    pairing,
    scaling,
    axes: readMrope(source, block, rotated.rotaryDim / 2, assumptions),
    trainedPositions: integerOf(source, 'max_position_embeddings', 'n_positions') ?? null,
    assumptions,
  });
}

function readHeadDim(source: HuggingFaceSource, layerType: string, assumptions: string[]): number {
  const global = layerType === FULL ? integerOf(source, 'global_head_dim') : undefined;
  const own = global ?? integerOf(source, 'head_dim');
  const latent = integerOf(source, 'qk_rope_head_dim');
  if (own !== undefined && latent !== undefined && own !== latent) {
    assumptions.push(
      `head dimension ${own}, not qk_rope_head_dim (${latent}), as transformers takes head_dim first`,
    );
  }
  if (own !== undefined || latent !== undefined) return (own ?? latent)!;
  const { head_dim: usual } = classDefaults(source.modelType);
  if (usual !== undefined) return assumed(source, 'head_dim', usual, assumptions);
  const width = integerOf(source, 'hidden_size', 'n_embd');
  const heads = integerOf(source, 'num_attention_heads', 'n_head');
  const { prefix } = source;
  if (width === undefined || heads === undefined) {
    const missing = width === undefined ? 'hidden_size' : 'num_attention_heads';
    throw wrongType(prefix + missing, 'an integer, as there is no head_dim', undefined);
  }
  if (width % heads !== 0) {
    throw new RangeError(
      `${prefix}num_attention_heads: expected a divisor of hidden_size (${width}), got ${heads}`,
    );
  }
  return width / heads;
}

/** The base; every spelling that applies to this layer type has to agree. */
function readTheta(
  source: HuggingFaceSource,
  block: ScalingBlock,
  layerType: string,
  assumptions: string[],
): number {
  const inside = block.fields.get('rope_theta');
  // In a map by layer type the entry is the base; one beside the map speaks of full attention only.
  const speaksOfAll = !block.perLayerType || layerType === FULL || !inside;
  const beside = speaksOfAll ? givenOf(source, 'rope_theta', 'rotary_emb_base') : [];
  const global = layerType === FULL ? givenOf(source, 'global_rope_theta') : [];
  const given = agreed([...(inside ? [inside] : []), ...beside, ...global]);
  if (given) return thetaOf(given);
  return assumed(source, 'rope_theta', classDefaults(source.modelType).rope_theta ?? 10_000, assumptions);
}

function localTheta(
  source: HuggingFaceSource,
  block: ScalingBlock,
  assumptions: string[],
): number | undefined {
  const inside = block.perLayerType ? block.fields.get('rope_theta') : undefined;
  const beside = givenOf(source, 'rope_local_base_freq', 'local_rope_theta');
  if (beside.length > 0) return thetaOf(agreed([...beside, ...(inside ? [inside] : [])])!);
  const { local_rope_theta: usual } = classDefaults(source.modelType);
  if (usual === undefined || block.perLayerType) return undefined;
  return assumed(source, 'rope_local_base_freq', usual, assumptions);
}

/** What is known of a head before its rotary width is. */
interface HeadReading {
  readonly headDim: number;
  /** Whether all of the head counts as rotary, whatever fraction of it turns. */
  readonly wholeHead: boolean;
  readonly assumptions: string[];
}

/** The rotary width, and the fraction of a head it stands for. */
function readRotaryDim(
  source: HuggingFaceSource,
  block: ScalingBlock,
  { headDim, wholeHead, assumptions }: HeadReading,
): { rotaryDim: number; rotatedFraction: number } {
  const defaults = classDefaults(source.modelType);
  const [width] = givenOf(source, 'rotary_dim');
  if (width && !wholeHead) {
    const rotaryDim = checkRotaryDim(width.value, headDim, width.name, 'head_dim');
    return { rotaryDim, rotatedFraction: rotaryDim / headDim };
  }
  const inside = block.fields.get('partial_rotary_factor');
  const spellings = givenOf(source, 'partial_rotary_factor', 'rotary_pct', 'rope_pct', 'rotary_emb_fraction');
  const given = agreed([...(inside ? [inside] : []), ...spellings]);
  if (!given && defaults.rotary_dim !== undefined) {
    return { rotaryDim: assumed(source, 'rotary_dim', defaults.rotary_dim, assumptions), rotatedFraction: 1 };
  }
  const fraction = given
    ? checkNumber(
        given.name,
        given.value,
        'a number above 0 and at most 1',
        (value) => value > 0 && value <= 1,
      )
    : defaults.partial_rotary_factor === undefined
      ? 1
      : assumed(source, 'partial_rotary_factor', defaults.partial_rotary_factor, assumptions);
  if (wholeHead) return { rotaryDim: headDim, rotatedFraction: fraction };
  // transformers truncates: int(head_dim * partial_rotary_factor).
  const rotaryDim = Math.trunc(headDim * fraction);
  if (given && (rotaryDim % 2 !== 0 || rotaryDim === 0)) {
    throw new RangeError(
      `${given.name}: expected a fraction of head_dim (${headDim}) that is an even width, got ${fraction}: ${rotaryDim}`,
    );
  }
  return { rotaryDim, rotatedFraction: fraction };
}

function readPairing(source: HuggingFaceSource, assumptions: string[]): Pairing {
  const flag = agreed(givenOf(source, 'rope_interleave', 'rope_interleaved', 'rotary_emb_interleaved'));
  if (flag) {
    if (typeof flag.value !== 'boolean') throw wrongType(flag.name, 'true or false', flag.value);
    return flag.value ? 'interleaved' : 'half';
  }
  const known = pairingOfModelType(source.modelType);
  if (known) return known;
  const who = source.modelType ? `model_type "${source.modelType}" is not known` : 'model_type is missing';
  assumptions.push(`${source.prefix}${who}: pairing "half", as most Hugging Face checkpoints have it`);
  return 'half';
}

function assumed(source: HuggingFaceSource, key: string, value: number, assumptions: string[]): number {
  const origin = source.modelType
    ? `what transformers takes for ${source.modelType}`
    : 'what transformers takes';
  assumptions.push(`${source.prefix}${key} is missing: ${value}, ${origin}`);
  return value;
}

/** Whether two readings rotate alike, whatever their readers had to assume. */
export function rotatesAlike(one: RopeConfig, other: RopeConfig): boolean {
  const rotation = (config: RopeConfig) => JSON.stringify({ ...config, assumptions: [] });
  return rotation(one) === rotation(other);
}

/** A layer type the caller asks for, checked against those the model has. */
export function checkLayerType(layerType: unknown, known: readonly string[]): string {
  // The plain names are taken for every model: one with a single rule has it in whatever its layers are called.
  return checkChoice('layerType', layerType, [...new Set([...known, FULL, SLIDING, 'chunked_attention'])]);
}
