import { checkInteger, wrongType } from '../errors';
import { hasWindows } from './gguf-layers';
import type { GgufMetadata } from './gguf-metadata';
import { ggufMrope } from './gguf-mrope';
import { type GgufTensors, ggufScaling } from './gguf-scaling';
import { checkRotaryDim, ropeConfig } from './rope-config';
import { checkRange } from './scaling';
import type { RopeConfig, RopeScaling } from './types';

const SLIDING = 'sliding_attention';

/** Reads the rotation of one layer type. Knows nothing of which layers rotate. */
export function readLayerType(
  metadata: GgufMetadata,
  layerType: string,
  tensors: GgufTensors | undefined,
): RopeConfig {
  const { row, architecture } = metadata;
  const assumptions: string[] = [];
  if (!row) {
    assumptions.push(
      `general.architecture "${architecture}" is not in the table: pairing "half", which layers rotate and what those ` +
        'with a window turn by are not checked',
    );
  }
  const isSliding = layerType === SLIDING && hasWindows(metadata);
  const widths = readWidths(metadata, isSliding);
  const axes = ggufMrope(metadata, widths.rotaryDim / 2, assumptions);
  const { theta, isUnscaled } = readTheta(metadata, { layerType, isSliding, assumptions });
  const given = row?.hasFullFreqs ? ofLayers(tensors, isSliding, widths.rotaryDim / 2) : tensors;
  const scaling: RopeScaling = isUnscaled
    ? { type: 'default' }
    : ggufScaling(metadata, given, widths.rotaryDim, assumptions);
  return ropeConfig({
    ...widths,
    theta: theta * alphaOf(metadata, widths.headDim),
    // llama.cpp's kernels for several axes pair halves (GLM-4V's converter permutes for it).
    pairing: axes || row?.pairing === 'none' || !row ? 'half' : row.pairing,
    scaling: isCompressedYarn(layerType, scaling) ? { ...scaling, attentionFactor: 1 } : scaling,
    axes,
    trainedPositions: metadata.integer('context_length') ?? null,
    assumptions,
  });
}

/** DeepSeek V4's compressed layers leave cos and sin as they are. */
function isCompressedYarn(
  layerType: string,
  scaling: RopeScaling,
): scaling is RopeScaling & { type: 'yarn' } {
  return /^(compressed|heavily)_/.test(layerType) && scaling.type === 'yarn';
}

/** The tensors that count for a layer type where they are those of full layers; a longer one is used from its front. */
function ofLayers(
  tensors: GgufTensors | undefined,
  isSliding: boolean,
  pairs: number,
): GgufTensors | undefined {
  if (!tensors) return undefined;
  if (isSliding) return {};
  const cut = Object.entries(tensors).map(([name, values]) => [name, Array.from(values).slice(0, pairs)]);
  return Object.fromEntries(cut);
}

/** HunYuan's alpha multiplies the base, as a static NTK factor does. */
function alphaOf(metadata: GgufMetadata, headDim: number): number {
  const key = 'rope.scaling.alpha';
  const alpha = metadata.row?.hasAlpha ? metadata.get(key) : undefined;
  if (alpha === undefined || alpha === 0) return 1;
  return checkRange('factor', alpha, metadata.name(key)) ** (headDim / (headDim - 2));
}

interface ThetaReading {
  readonly layerType: string;
  readonly isSliding: boolean;
  readonly assumptions: string[];
}

/** The base of a layer type, and whether it comes without the scaling of the model. */
function readTheta(
  metadata: GgufMetadata,
  { layerType, isSliding, assumptions }: ThetaReading,
): { theta: number; isUnscaled: boolean } {
  const { row } = metadata;
  const base = (key: string) => {
    const value = metadata.get(key);
    return value === undefined ? undefined : checkRange('theta', value, metadata.name(key));
  };
  const common = () => {
    const given = base('rope.freq_base');
    if (given === undefined) {
      assumptions.push(`${metadata.name('rope.freq_base')} is missing: 10000, as llama.cpp has it`);
    }
    return given ?? 10_000;
  };
  if (row?.isCompressed) {
    const isPlain = layerType === SLIDING;
    const compressed = isPlain ? undefined : base('attention.compress_rope_freq_base');
    return { theta: compressed ?? common(), isUnscaled: isPlain };
  }
  if (!isSliding) return { theta: common(), isUnscaled: false };
  const own = base('rope.freq_base_swa');
  const rule = row?.window?.base ?? 'same';
  if (rule === 'own') return { theta: own ?? 10_000, isUnscaled: true };
  return { theta: own ?? common(), isUnscaled: rule === 'unscaled' };
}

function readWidths(
  metadata: GgufMetadata,
  isSliding: boolean,
): Pick<RopeConfig, 'headDim' | 'rotaryDim' | 'placement'> {
  const windowed = (key: string) =>
    (isSliding ? metadata.integer(`${key}_swa`) : undefined) ?? metadata.integer(key);
  const given = windowed('rope.dimension_count');
  // Latent attention (DeepSeek): the rotated part is a tensor of its own, beside the compressed one.
  const isLatent = metadata.get('attention.kv_lora_rank') !== undefined;
  if (given !== undefined && (isLatent || metadata.row?.isLast)) {
    return { headDim: given, rotaryDim: given, placement: 'last' };
  }
  const headDim = windowed('attention.key_length') ?? quotient(metadata);
  const count = given ?? headDim;
  const rotaryDim = metadata.row?.isHalfFull && !isSliding ? count / 2 : count;
  if (given !== undefined)
    checkRotaryDim(rotaryDim, headDim, metadata.name('rope.dimension_count'), 'key_length');
  return { headDim, rotaryDim, placement: 'first' };
}

function quotient(metadata: GgufMetadata): number {
  const width = metadata.integer('embedding_length');
  const heads = firstHeads(metadata);
  if (width === undefined || heads === undefined) {
    const missing = width === undefined ? 'embedding_length' : 'attention.head_count';
    throw wrongType(metadata.name(missing), 'an integer, as there is no attention.key_length', undefined);
  }
  return Math.floor(width / heads);
}

/** The heads of the first layer that has any: what counts where the file has a number a layer. */
function firstHeads(metadata: GgufMetadata): number | undefined {
  const key = 'attention.head_count';
  const list = metadata.list(key);
  if (!list) return metadata.integer(key);
  const index = list.findIndex((count) => count !== 0);
  if (index < 0) return undefined;
  return checkInteger(`${metadata.name(key)}[${index}]`, list[index], 1, Number.MAX_SAFE_INTEGER);
}
