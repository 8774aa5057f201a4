import { checkChoice, checkNumber, outOfRange, wrongType } from '../errors';
import type { GgufMetadata } from './gguf-metadata';
import { checkRange, checkScaling } from './scaling';
import type { RopeScaling } from './types';

/** The small tensors of a GGUF, by name. */
export type GgufTensors = Readonly<Record<string, ArrayLike<number>>>;

const LONG = 'rope_factors_long.weight';
const SHORT = 'rope_factors_short.weight';
const DIVISORS = 'rope_freqs.weight';

/** The tensors that say something about frequencies. */
export const tensorNames = [DIVISORS, LONG, SHORT];

/** The scheme of a GGUF: `rope.scaling.*`, and the tensors that change frequencies pair by pair. */
export function ggufScaling(
  source: GgufMetadata,
  tensors: GgufTensors | undefined,
  rotaryDim: number,
  assumptions: string[],
): RopeScaling {
  const pairs = rotaryDim / 2;
  const type = checkChoice(
    source.name('rope.scaling.type'),
    // llama.cpp takes "linear" where the file names no type; its factor is then 1 unless given.
    source.get('rope.scaling.type') ?? 'linear',
    ['none', 'linear', 'yarn', 'longrope'],
  );
  const attentionFactor = number(source, 'rope.scaling.attn_factor') ?? 1;
  // Converted Phi-3 files name no type: their tensors, or the attention factor, give LongRoPE away.
  const unnamed =
    tensors?.[LONG] || tensors?.[SHORT] || (!tensors && type !== 'yarn' && attentionFactor !== 1);
  if (type === 'longrope' || unnamed) {
    return longrope(source, tensors, pairs, attentionFactor);
  }
  if (!tensors) assumptions.push(`tensors were not given: no ${DIVISORS}, ${LONG} or ${SHORT} in the file`);
  const divisors = tensors?.[DIVISORS];
  if (type === 'yarn') {
    if (divisors) throw wrongType(`tensors["${DIVISORS}"]`, 'none beside yarn scaling', divisors);
    return yarn(source, pairs, attentionFactor, assumptions);
  }
  if (attentionFactor !== 1) {
    throw outOfRange(
      source.name('rope.scaling.attn_factor'),
      `1 beside scaling type "${type}"`,
      attentionFactor,
    );
  }
  const factor = type === 'none' ? 1 : linearFactor(source);
  const linear = checkScaling({ type: 'linear', factor }, pairs, () => source.name('rope.scaling.factor'));
  if (!divisors) return factor === 1 ? { type: 'default' } : linear;
  const name = `tensors["${DIVISORS}"]`;
  // Before they are multiplied: an error shows what the file has.
  const given = checkScaling({ type: 'divisors', divisors: Array.from(divisors) }, pairs, () => name);
  if (factor === 1) return given;
  const scaled = Array.from(divisors, (divisor) => divisor * factor);
  return checkScaling({ type: 'divisors', divisors: scaled }, pairs, () => name);
}

/** `rope.scaling.factor`, else its old name; llama.cpp takes 0 and nothing as 1. */
function linearFactor(source: GgufMetadata): number {
  return number(source, 'rope.scaling.factor') || number(source, 'rope.scale_linear') || 1;
}

/** Original length: its own key, else the length the file says the model was trained on. */
function originalPositions(source: GgufMetadata): number | undefined {
  return source.integer('rope.scaling.original_context_length') ?? source.integer('context_length');
}

function longrope(
  source: GgufMetadata,
  tensors: GgufTensors | undefined,
  pairs: number,
  attentionFactor: number,
): RopeScaling {
  for (const name of [LONG, SHORT]) {
    if (!tensors?.[name])
      throw wrongType(`tensors["${name}"]`, 'the factors of this LongRoPE model', undefined);
  }
  const names: Record<string, string> = {
    longFactors: `tensors["${LONG}"]`,
    shortFactors: `tensors["${SHORT}"]`,
    originalPositions: source.name('rope.scaling.original_context_length'),
    attentionFactor: source.name('rope.scaling.attn_factor'),
  };
  const scaling = {
    type: 'longrope',
    longFactors: Array.from(tensors![LONG]!),
    shortFactors: Array.from(tensors![SHORT]!),
    originalPositions: originalPositions(source),
    attentionFactor,
  };
  return checkScaling(scaling, pairs, (field) => names[field] ?? field);
}

function yarn(
  source: GgufMetadata,
  pairs: number,
  attentionFactor: number,
  assumptions: string[],
): RopeScaling {
  // llama.cpp computes the attention factor anew, whatever `yarn_attn_factor` says.
  const extKey = 'rope.scaling.yarn_ext_factor';
  const ext = number(source, extKey) ?? 1;
  if (ext !== 1) throw outOfRange(source.name(extKey), '1, the only value this reader knows', ext);
  const scaling: Record<string, unknown> = {
    type: 'yarn',
    factor: source.get('rope.scaling.factor'),
    originalPositions: originalPositions(source),
    betaFast: source.get('rope.scaling.yarn_beta_fast') ?? source.row?.yarnFast,
    betaSlow: source.get('rope.scaling.yarn_beta_slow'),
  };
  const names: Record<string, string> = {
    factor: source.name('rope.scaling.factor'),
    originalPositions: source.name('rope.scaling.original_context_length'),
    betaFast: source.name('rope.scaling.yarn_beta_fast'),
    betaSlow: source.name('rope.scaling.yarn_beta_slow'),
    attentionFactor: source.name('rope.scaling.attn_factor'),
  };
  if (source.architecture === 'gpt-oss') {
    scaling.truncate = false;
    assumptions.push(
      'gpt-oss does not round the ends of the YaRN ramp; a GGUF cannot say so, and llama.cpp rounds',
    );
  }
  const checked = checkScaling(scaling, pairs, (field) => names[field] ?? field);
  const [mscale, mscaleAllDim] = mscales(source);
  if (attentionFactor === 1 && mscaleAllDim === undefined) return checked;
  const m = (coefficient = 1) => 0.1 * coefficient * Math.log(scaling.factor as number) + 1;
  const own = mscaleAllDim === undefined ? m() : m(mscale) / m(mscaleAllDim);
  return checkScaling(
    { ...checked, attentionFactor: own * attentionFactor },
    pairs,
    (field) => names[field] ?? field,
  );
}

/**
 * DeepSeek's two coefficients, of which a GGUF keeps one: `yarn_log_multiplier` is `mscale_all_dim`, times 0.1 in files
 * with latent attention (their converter's doing). llama.cpp takes the other as 1, but as equal for `deepseek2`.
 */
function mscales(source: GgufMetadata): [number?, number?] {
  const key = 'rope.scaling.yarn_log_multiplier';
  const multiplier = checkRange('mscale', source.get(key) ?? 0, source.name(key));
  if (multiplier === 0) return [];
  const latent = source.get('attention.kv_lora_rank') !== undefined;
  // The file holds float32: 0.1 in it is not 0.1 here.
  const allDim = latent ? Math.fround(Math.fround(multiplier) / Math.fround(0.1)) : multiplier;
  return [source.architecture === 'deepseek2' ? allDim : 1, allDim];
}

function number(source: GgufMetadata, key: string): number | undefined {
  const value = source.get(key);
  if (value === undefined) return undefined;
  return checkNumber(source.name(key), value, 'a finite number', () => true);
}
