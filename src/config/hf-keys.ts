import { show } from '../errors';
import { givenOf, type HuggingFaceSource, ROTARY_WORD } from './hf-given';
import { listed } from './word-list';

/** Keys about rotation that this reader takes into account, or knows to have no bearing on Q and K. */
const KNOWN = `
  rope_theta rotary_emb_base rotary_embedding_base rope_freq_constant rope_scaling rope_parameters rope_local_base_freq local_rope_theta
  global_rope_theta swa_rope_theta layer_rope_theta compress_rope_theta original_rope
  rotary_dim rotary_pct rope_pct rope_percent partial_rotary_factor partial_rotary_factors rotary_emb_fraction
  rotary use_rope use_rotary use_rotary_embedding use_rotary_embeddings flash_rotary
  rope_interleave rope_interleaved rotary_emb_interleaved indexer_rope_interleave use_mrope use_mem_rope
  no_rope_layers no_rope_layer_interval rope_type rotary_value mrope_section xdrope_section rotary_scaling_factor`;

/** Flags that bring another kind of position encoding, or none, or another rule, when true. */
const MUST_BE_FALSE = [
  'alibi',
  'use_alibi',
  'use_dynamic_ntk',
  'use_mrope',
  'mla_use_nope',
  'use_nope',
  'position_encoding_2d',
];

/** Flags that turn the rotation off when false. */
const MUST_BE_TRUE = ['rotary', 'use_rope', 'use_rotary', 'use_rotary_embedding', 'use_rotary_embeddings'];

/**
 * Refuses models that are not rotated, and keys that say so or that nobody here knows.
 *
 * @returns what is not read, in words: keys about rotation that a known class does not read either
 * @throws {TypeError} naming the key
 */
export function checkKeysOfRotation(source: HuggingFaceSource): string[] {
  const { values, prefix, modelType, row } = source;
  if (row?.none || row?.unread) {
    const [expected, why] = row.none
      ? ['a model whose heads are rotated', row.none]
      : ['a model whose rotation can be read from its config', row.unread!];
    throw new TypeError(`${prefix}model_type: expected ${expected}, got "${modelType}": ${why}`);
  }
  if (row?.needs) checkNeed(source, row.needs);
  for (const { name, value } of givenOf(source, ...MUST_BE_FALSE)) {
    if (value !== false)
      throw new TypeError(`${name}: expected false (rotary positions), got ${show(value)}`);
  }
  for (const { name, value } of givenOf(source, ...MUST_BE_TRUE)) {
    if (value !== true) throw new TypeError(`${name}: expected true (rotary positions), got ${show(value)}`);
  }
  checkBaichuan(source);
  checkKind(source);
  const others = givenOf(source, ...Object.keys(values)).filter(({ name }) => {
    const key = name.slice(prefix.length);
    if (key === 'rope_ratio' && row?.hasRatio) return false;
    if (key === 'qk_rope_head_dim' && (!row || row.slice !== undefined)) return false;
    return ROTARY_WORD.test(key) && !listed(KNOWN, key);
  });
  if (others.length > 0 && !row) {
    throw new TypeError(
      `${others[0]!.name}: expected no further key about rotation, got one this reader does not know`,
    );
  }
  return others.map(({ name }) => `${name} is not read, as in the class of ${modelType}`);
}

function checkNeed(source: HuggingFaceSource, [key, value]: readonly [string, string]): void {
  const [given] = givenOf(source, key);
  if (given && String(given.value) === value) return;
  throw new TypeError(
    `${source.prefix}${key}: expected ${value}, as ${source.modelType} is not rotated otherwise, got ${show(given?.value)}`,
  );
}

/** Baichuan 7B is rotated; 13B, of the same model type, has ALiBi. Source: baichuan-inc/Baichuan2-13B-Base, its code. */
function checkBaichuan(source: HuggingFaceSource): void {
  if (source.modelType !== 'baichuan') return;
  for (const [key, of7B] of [
    ['num_hidden_layers', 32],
    ['hidden_size', 4096],
  ] as const) {
    const [given] = givenOf(source, key);
    if (given && given.value !== of7B) {
      throw new TypeError(
        `${given.name}: expected ${of7B} (7B; the others of model_type baichuan have ALiBi), got ${show(given.value)}`,
      );
    }
  }
}

/** A leftover "absolute" stands in configs of rotary families (ModernBERT has it); for others it speaks the truth. */
function checkKind(source: HuggingFaceSource): void {
  const [kind] = givenOf(source, 'position_embedding_type');
  if (!kind || typeof kind.value !== 'string' || /rope|rotary/i.test(kind.value)) return;
  if (source.row && kind.value === 'absolute') return;
  throw new TypeError(`${kind.name}: expected a rotary kind, got ${show(kind.value)}`);
}
