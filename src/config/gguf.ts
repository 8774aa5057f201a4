import { checkChoice, checkInteger, checkKeys, wrongType } from '../errors';
import { isPartlyRotated, pairingOfArchitecture, slidingRule } from './gguf-architectures';
import { ggufMrope } from './gguf-mrope';
import { type GgufScalingSource, ggufScaling, tensorNames } from './gguf-scaling';
import { checkRotaryDim, ropeConfig } from './rope-config';
import { checkObject, checkRange } from './scaling';
import type { Pairing, RopeConfig } from './types';

/** What {@link ropeConfigFromGguf} reads besides the metadata. */
export interface GgufOptions {
  /**
   * The small tensors that carry the rest of the rotation, by name, as float32 values: `rope_freqs.weight`,
   * `rope_factors_long.weight`, `rope_factors_short.weight`, and no others. Give an empty object to say that the file has
   * none of them.
   */
  readonly tensors?: Readonly<Record<string, ArrayLike<number>>> | undefined;
  /** Which layers of a model whose sliding-window layers rotate differently (Gemma 3, Gemma 4, ModernBERT, OLMo 3). */
  readonly layerType?: 'full_attention' | 'sliding_attention' | undefined;
}

/**
 * Reads the rotation from the metadata of a GGUF file, as llama.cpp does: with the pairing the file's weights are
 * converted for, which is not always that of the Hugging Face checkpoint.
 *
 * @param metadata Key-value pairs of the file's header; integers may be bigint. Not changed.
 * @param options.tensors Left out, the result assumes there are none, and says so.
 * @throws {TypeError | RangeError} naming the key
 * @example
 * const { metadata } = await gguf(url);
 * const config = ropeConfigFromGguf(metadata, { tensors: { 'rope_freqs.weight': ropeFreqs } });
 */
export function ropeConfigFromGguf(metadata: unknown, options: GgufOptions = {}): RopeConfig {
  const values = checkObject('metadata', metadata, 'the key-value pairs of a GGUF header');
  const architecture = values['general.architecture'];
  if (typeof architecture !== 'string') throw wrongType('general.architecture', 'a string', architecture);
  checkKeys('options', options, ['tensors', 'layerType']);
  const { tensors, layerType } = options;
  if (tensors !== undefined) checkKeys('tensors', tensors, tensorNames);
  const layerTypes = ['full_attention', 'sliding_attention'] as const;
  if (layerType !== undefined) checkChoice('layerType', layerType, layerTypes);

  const source = new Metadata(values, architecture);
  const read = (type: (typeof layerTypes)[number]) => readLayerType(source, type, tensors);
  if (layerType !== undefined) return read(layerType);
  const full = read('full_attention');
  const hasWindow = source.get('attention.sliding_window') !== undefined;
  if (hasWindow && rotation(full) !== rotation(read('sliding_attention'))) {
    const expected = '"full_attention" or "sliding_attention", as the two rotate differently in this model';
    throw wrongType('layerType', expected, undefined);
  }
  return full;
}

/** Everything of a config that bears on angles. */
function rotation(config: RopeConfig): string {
  return JSON.stringify({ ...config, assumptions: [] });
}

/** Keys of one architecture, by what follows its name. */
class Metadata implements GgufScalingSource {
  constructor(
    private readonly values: Readonly<Record<string, unknown>>,
    readonly architecture: string,
  ) {}

  name(key: string): string {
    return `${this.architecture}.${key}`;
  }

  get(key: string): unknown {
    const value = this.values[this.name(key)] ?? undefined;
    return typeof value === 'bigint' ? Number(value) : value;
  }

  integer(key: string): number | undefined {
    const value = this.get(key);
    return value === undefined ? undefined : checkInteger(this.name(key), value, 1, Number.MAX_SAFE_INTEGER);
  }
}

function readLayerType(
  source: Metadata,
  layerType: 'full_attention' | 'sliding_attention',
  tensors: GgufOptions['tensors'],
): RopeConfig {
  const { architecture } = source;
  const assumptions: string[] = [];
  const ownPairing = readPairing(architecture, assumptions);
  const sliding = layerType === 'sliding_attention';
  const rule = sliding ? slidingRule(architecture) : { scaled: true };
  const { headDim, rotaryDim } = readWidths(source, sliding);
  const axes = ggufMrope(source, rotaryDim / 2, assumptions);
  if (isPartlyRotated(architecture)) {
    assumptions.push(`not every layer of ${architecture} is rotated; which ones is not read from a GGUF`);
  }
  const ownTheta = sliding ? source.get('rope.freq_base_swa') : undefined;
  const given = ownTheta ?? rule.theta ?? source.get('rope.freq_base');
  if (given === undefined)
    assumptions.push(`${source.name('rope.freq_base')} is missing: 10000, as llama.cpp has it`);
  const thetaName = source.name(ownTheta === undefined ? 'rope.freq_base' : 'rope.freq_base_swa');
  const theta = checkRange('theta', given ?? 10_000, thetaName);
  return ropeConfig({
    headDim,
    rotaryDim,
    theta,
    // llama.cpp's kernels for several axes pair halves (GLM-4V's converter permutes for it).
    pairing: axes ? 'half' : ownPairing,
    scaling: rule.scaled ? ggufScaling(source, tensors, rotaryDim, assumptions) : { type: 'default' },
    axes,
    trainedPositions: source.integer('context_length') ?? null,
    assumptions,
  });
}

function readPairing(architecture: string, assumptions: string[]): Pairing {
  const pairing = pairingOfArchitecture(architecture);
  if (pairing === 'none') {
    throw new TypeError(`general.architecture: expected one with rotary positions, got "${architecture}"`);
  }
  if (pairing) return pairing;
  assumptions.push(`general.architecture "${architecture}" is not known: pairing "half"`);
  return 'half';
}

function readWidths(source: Metadata, sliding: boolean): { headDim: number; rotaryDim: number } {
  const windowed = (key: string) =>
    (sliding ? source.integer(`${key}_swa`) : undefined) ?? source.integer(key);
  const rotaryDim = windowed('rope.dimension_count');
  // Latent attention (DeepSeek): the rotated part is a tensor of its own, beside the compressed one.
  if (rotaryDim !== undefined && source.get('attention.kv_lora_rank') !== undefined) {
    return { headDim: rotaryDim, rotaryDim };
  }
  let headDim = windowed('attention.key_length');
  if (headDim === undefined) {
    const width = source.integer('embedding_length');
    const heads = source.integer('attention.head_count');
    if (width === undefined || heads === undefined) {
      const missing = width === undefined ? 'embedding_length' : 'attention.head_count';
      throw wrongType(source.name(missing), 'an integer, as there is no attention.key_length', undefined);
    }
    headDim = Math.floor(width / heads);
  }
  if (rotaryDim !== undefined)
    checkRotaryDim(rotaryDim, headDim, source.name('rope.dimension_count'), 'key_length');
  return { headDim, rotaryDim: rotaryDim ?? headDim };
}
