import { wrongType } from '../errors';
import { agreed, assumed, type Given, givenOf, type HuggingFaceSource, thetaOf } from './hf-given';
import { listOf } from './hf-layer-types';
import { layersOf } from './hf-layers';
import type { ScalingBlock } from './hf-scaling-block';

const FULL = 'full_attention';
const SLIDING = 'sliding_attention';

/** What bears on the base of a layer type. */
export interface ThetaReading {
  readonly block: ScalingBlock;
  readonly layerType: string;
  readonly assumptions: string[];
}

/** The base of a layer type, and whether it comes without the scaling that stands beside it. */
export function readTheta(
  source: HuggingFaceSource,
  reading: ThetaReading,
): { theta: number; isUnscaled: boolean } {
  const { block, layerType } = reading;
  const flat = !block.perLayerType;
  if (layerType === SLIDING) {
    const theta = slidingTheta(source, reading);
    // A local base comes without scaling, and OLMo 3 scales its full layers only (its v5 class forgot; OLMo-core has it).
    if (theta !== undefined) return { theta, isUnscaled: flat };
    return {
      theta: commonTheta(source, reading),
      isUnscaled: flat && (source.row?.isSlidingUnscaled ?? false),
    };
  }
  return { theta: commonTheta(source, reading), isUnscaled: false };
}

/** The base that only sliding layers have; undefined where they share the common one. */
function slidingTheta(source: HuggingFaceSource, { block, assumptions }: ThetaReading): number | undefined {
  const inside = block.perLayerType && !block.isDefault ? block.fields.get('rope_theta') : undefined;
  const beside = givenOf(source, 'rope_local_base_freq', 'local_rope_theta', 'swa_rope_theta');
  if (beside.length > 0) return thetaOf(agreed([...beside, ...(inside ? [inside] : [])])!);
  const usual = source.row?.slidingTheta;
  if (usual === undefined || block.perLayerType) return undefined;
  return assumed(source, 'rope_local_base_freq', usual, assumptions);
}

/** The base; every spelling that applies to this layer type has to agree. */
function commonTheta(source: HuggingFaceSource, { block, layerType, assumptions }: ThetaReading): number {
  const { row } = source;
  const field = block.fields.get('rope_theta');
  const inside = block.isDefault ? undefined : field;
  // In a map by layer type the entry is the base; one beside the map speaks of full attention only.
  const speaksOfAll = !block.perLayerType || layerType === FULL || (!inside && !block.isDefault);
  const spellings = [
    ...(inside ? [inside] : []),
    ...(speaksOfAll ? besideTheta(source, layerType) : []),
    ...(layerType === FULL ? givenOf(source, 'global_rope_theta') : []),
  ];
  const given = agreed(spellings);
  if (given) return thetaOf(given) * gteFactor(source, block);
  const [ratio] = row?.hasRatio ? givenOf(source, 'rope_ratio') : [];
  // ChatGLM's base is 10 000 times its ratio.
  if (ratio) return 10_000 * thetaOf(ratio);
  const usual =
    (field?.value as number | undefined) ?? compressedTheta(source, layerType) ?? row?.theta ?? 10_000;
  return assumed(source, 'rope_theta', usual, assumptions) * gteFactor(source, block);
}

/** The spellings beside the block; of lists with an entry a layer, those of the layers of this type. */
function besideTheta(source: HuggingFaceSource, layerType: string): Given[] {
  if (compressedTheta(source, layerType) !== undefined) return givenOf(source, 'compress_rope_theta');
  const ofLayers = listedByLayer(source, 'layer_rope_theta', layerType);
  if (ofLayers) return [ofLayers];
  const plain = givenOf(
    source,
    'rope_theta',
    'rotary_emb_base',
    'rotary_embedding_base',
    'rope_freq_constant',
  );
  if (!plain.some(({ value }) => Array.isArray(value))) return plain;
  return [listedByLayer(source, 'rope_theta', layerType) ?? plain[0]!];
}

/** DeepSeek V4 turns its compressed layers by another base. */
function compressedTheta({ row }: HuggingFaceSource, layerType: string): number | undefined {
  return /^(compressed|heavily)_/.test(layerType) ? row?.compressTheta : undefined;
}

/** GTE multiplies the base by the factor of its scheme. */
function gteFactor({ row }: HuggingFaceSource, { types, fields }: ScalingBlock): number {
  const factor = fields.get('factor')?.value;
  return row?.hasMixedNtk && types[0]?.value === 'ntk' && typeof factor === 'number' ? factor : 1;
}

/**
 * What a list with an entry a layer says of the layers of a type that are rotated; undefined where there is no such list.
 *
 * @throws {TypeError} it says several things of them
 */
export function listedByLayer(source: HuggingFaceSource, key: string, layerType: string): Given | undefined {
  const [given] = givenOf(source, key);
  if (!given || !Array.isArray(given.value)) return undefined;
  const layers = layersOf(source);
  const list = listOf(source, key, layers.length, given.value.length)!;
  const ofType = new Set(list.filter((_, i) => layers[i]!.type === layerType && layers[i]!.rotated));
  const [value, ...others] = ofType.size > 0 ? ofType : new Set(list);
  if (others.length > 0) {
    throw wrongType(given.name, `one value for all layers of type "${layerType}"`, [value, ...others]);
  }
  return { name: given.name, value };
}
