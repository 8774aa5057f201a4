import { checkInteger } from '../errors';
import { pairingOfModelType } from './pairing';
import { checkObject, checkRange } from './scaling';
import { listed } from './word-list';

/** The part of a `config.json` that describes the text model. A null in it counts as absent, as in transformers. */
export interface HuggingFaceSource {
  readonly values: Readonly<Record<string, unknown>>;
  /** What error messages put before a key: `''`, or `'text_config.'`. */
  readonly prefix: string;
  /** `model_type`, or `''` where there is none. */
  readonly modelType: string;
  /** What opening the config had to assume. */
  readonly assumptions: readonly string[];
}

/** A value of a config and the name the user knows it by. */
export interface Given {
  readonly name: string;
  readonly value: unknown;
}

/** Where multimodal configs keep their text model. */
const NESTED = ['text_config', 'llm_config', 'language_config'];

/** Every key with one of these words in it says something about rotation; one that is not in KNOWN is refused. */
const ROTARY_WORD = /(^|_)([mx]?rope|rotary)(_|$)/;

const KNOWN = `
  rope_theta rotary_emb_base rope_scaling rope_parameters rope_local_base_freq local_rope_theta global_rope_theta
  rotary_dim rotary_pct rope_pct partial_rotary_factor rotary_emb_fraction qk_rope_head_dim
  rotary rope_interleave rope_interleaved rotary_emb_interleaved use_mrope no_rope_layers no_rope_layer_interval`;

/** Flags that bring another kind of position encoding, or another rule, when true. */
const MUST_BE_FALSE = ['alibi', 'use_alibi', 'use_dynamic_ntk', 'use_mrope'];

/** Families without rotary embeddings, which would otherwise read as default frequencies. */
const NOT_ROTARY = `
  gpt2 gpt_bigcode gpt_neo bloom opt mpt xglm t5 mt5 umt5 bart mbart marian pegasus m2m_100 whisper bert roberta
  xlm-roberta distilbert albert electra deberta deberta-v2 mamba mamba2 falcon_mamba jamba nemotron_h rwkv xlstm
  clip clip_text_model siglip siglip_text_model chatglm`;

/**
 * Finds the text model in a parsed `config.json` and refuses what would be rotated wrongly.
 *
 * @throws {TypeError} it is no object, or says something about rotation that this reader does not know
 */
export function openHuggingFace(config: unknown): HuggingFaceSource {
  const root = checkObject('config', config, 'the object in a config.json');
  const nested = NESTED.find((key) => root[key] !== null && root[key] !== undefined);
  const values = nested ? checkObject(nested, root[nested]) : root;
  const prefix = nested ? `${nested}.` : '';
  const type = values.model_type ?? root.model_type ?? '';
  const modelType = typeof type === 'string' ? type : '';
  if (listed(NOT_ROTARY, modelType)) {
    throw new TypeError(
      `${prefix}model_type: expected a family with readable rotary embeddings, got "${modelType}"`,
    );
  }
  for (const [key, value] of Object.entries(values)) {
    if (value === null || value === undefined) continue;
    if (ROTARY_WORD.test(key) && !listed(KNOWN, key)) {
      throw new TypeError(
        `${prefix}${key}: expected no further key about rotation, got one this reader does not know`,
      );
    }
    if ((MUST_BE_FALSE.includes(key) && value !== false) || (key === 'rotary' && value !== true)) {
      throw new TypeError(
        `${prefix}${key}: expected ${key === 'rotary'} (rotary positions), got ${String(value)}`,
      );
    }
  }
  // Released configs of rotary families carry a leftover "absolute" (ModernBERT does); for others it speaks the truth.
  const kind = values.position_embedding_type;
  const leftover = kind === 'absolute' && pairingOfModelType(modelType) !== undefined;
  if (typeof kind === 'string' && !/rope|rotary/i.test(kind) && !leftover) {
    throw new TypeError(`${prefix}position_embedding_type: expected a rotary kind, got "${kind}"`);
  }
  return { values, prefix, modelType, assumptions: nested ? compareWithRoot(root, values, nested) : [] };
}

/** transformers reads a nested text model alone; keys about rotation beside it may repeat it, not contradict it. */
function compareWithRoot(
  root: Readonly<Record<string, unknown>>,
  values: Readonly<Record<string, unknown>>,
  nested: string,
): string[] {
  const isGiven = (value: unknown) => value !== null && value !== undefined;
  const keys = Object.keys(root).filter((key) => ROTARY_WORD.test(key) && isGiven(root[key]));
  for (const key of keys.filter((name) => isGiven(values[name]))) {
    agreed([
      { name: `${nested}.${key}`, value: values[key] },
      { name: key, value: root[key] },
    ]);
  }
  return keys
    .filter((key) => !isGiven(values[key]))
    .map((key) => `${key} stands beside ${nested} and is not read, as in transformers`);
}

/** The given ones among `keys`, which mean the same thing. */
export function givenOf(source: HuggingFaceSource, ...keys: string[]): Given[] {
  return keys
    .map((key) => ({ name: source.prefix + key, value: source.values[key] }))
    .filter(({ value }) => value !== null && value !== undefined);
}

/**
 * The one value of several spellings of the same thing, or undefined where none is given.
 *
 * @throws {RangeError} two of them differ
 */
export function agreed(spellings: readonly Given[]): Given | undefined {
  const [first, ...rest] = spellings;
  for (const { name, value } of rest) {
    if (JSON.stringify(value) !== JSON.stringify(first!.value)) {
      const shown = [first!.value, value].map((entry) => JSON.stringify(entry));
      throw new RangeError(`${name}: expected the same as ${first!.name} (${shown[0]}), got ${shown[1]}`);
    }
  }
  return first;
}

/** The one integer, at least 1, among several spellings; undefined where none is given. */
export function integerOf(source: HuggingFaceSource, ...keys: string[]): number | undefined {
  const given = agreed(givenOf(source, ...keys));
  return given && checkInteger(given.name, given.value, 1, Number.MAX_SAFE_INTEGER);
}

/** A given base of frequencies. */
export function thetaOf({ name, value }: Given): number {
  return checkRange('theta', value, name);
}
