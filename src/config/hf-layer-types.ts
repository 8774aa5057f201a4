import { checkInteger, outOfRange, wrongType } from '../errors';
import { agreed, givenOf, type HuggingFaceSource } from './hf-given';

/** The most layers that a config may have: no model comes near, and each is named in the result. */
export const MAX_LAYERS = 16_384;

const FULL = 'full_attention';
const SLIDING = 'sliding_attention';
const LINEAR = 'linear_attention';

/** Lists with a number a layer, and the layer types those stand for. */
const NUMBERED: readonly (readonly [key: string, types: Readonly<Record<number, string>>])[] = [
  ['hybrid_layer_pattern', { 0: FULL, 1: SLIDING }],
  ['attn_type_list', { 0: LINEAR, 1: FULL }],
  ['compress_ratios', { 0: SLIDING, 4: 'compressed_sparse_attention', 128: 'heavily_compressed_attention' }],
];

/** Lists of the layers that have attention; what the others are then. */
const INDEXED: readonly (readonly [key: string, others: string])[] = [
  ['full_attn_idxs', 'conv'],
  ['attn_layer_indices', LINEAR],
];

/** Letters of a pattern written as a word. */
const LETTERS: Readonly<Record<string, string>> = { L: SLIDING, S: SLIDING, G: FULL, F: FULL };

/**
 * The type of each layer as the config lists them, in whatever spelling; undefined where it does not.
 *
 * @param count Layers, where that is known; a list may be longer (layers for prediction of several tokens).
 */
export function givenLayerTypes(source: HuggingFaceSource, count: number | undefined): string[] | undefined {
  for (const key of ['layer_types', 'layers_block_type']) {
    const list = listOf(source, key, count, spareLayers(source));
    if (list) return list.map((entry, i) => checkName(entry, `${source.prefix}${key}[${i}]`));
  }
  for (const [key, types] of NUMBERED) {
    const list = listOf(source, key, count, MAX_LAYERS);
    if (list) return list.map((entry, i) => numberedType(`${source.prefix}${key}[${i}]`, entry, types));
  }
  if (count === undefined) return undefined;
  const cycle = listOf(source, 'block_types') ?? listOf(source, '_block_types');
  if (cycle?.length) {
    const names = cycle.map((entry, i) => checkName(entry, `${source.prefix}block_types[${i}]`));
    return Array.from({ length: count }, (_, i) => names[i % names.length]!);
  }
  for (const [key, others] of INDEXED) {
    const list = listOf(source, key);
    if (!list) continue;
    const indices = new Set(
      list.map((entry, i) => checkInteger(`${source.prefix}${key}[${i}]`, entry, 0, count - 1)),
    );
    return Array.from({ length: count }, (_, i) => (indices.has(i) ? FULL : others));
  }
  return undefined;
}

/** The type of each layer by the pattern of the class, and by the key that changes its period. */
export function patternTypes(source: HuggingFaceSource, count: number): string[] {
  const rule = source.row?.layers;
  if (source.row?.isFullWithoutWindow && !hasWindow(source)) return Array<string>(count).fill(FULL);
  const types = Array.from({ length: count }, (_, i) =>
    unitType(unitOf(source), rule?.fromEnd ? i - count : i),
  );
  if (rule) {
    for (const [i, type] of rule.first.slice(0, count).entries()) types[i] = type;
    if (rule.last) types[count - 1] = rule.last;
  }
  return crossLayers(source, types);
}

/** Whether a model of windows has one: null says that it has none, and nothing that its class does. */
export function hasWindow({ values }: HuggingFaceSource): boolean {
  return !(Object.hasOwn(values, 'sliding_window') && values.sliding_window === null);
}

function unitType(unit: readonly string[], index: number): string {
  return unit[((index % unit.length) + unit.length) % unit.length]!;
}

/** The types that repeat: with another period, the one that occurs more often makes up for it. */
function unitOf(source: HuggingFaceSource): readonly string[] {
  const rule = source.row?.layers;
  if (!rule) return [FULL];
  const keys = [
    ...(rule.key ? [rule.key, `_${rule.key}`] : []),
    'sliding_window_pattern',
    'full_attention_interval',
  ];
  const [given] = givenOf(source, ...keys);
  if (!given || rule.unit.length === 1) return rule.unit;
  if (typeof given.value === 'string') return lettersOf(given.name, given.value);
  const period = checkInteger(given.name, given.value, 1, { most: MAX_LAYERS, unit: ' (layers)' });
  const [often] = rule.unit.filter((type) => type !== FULL && !type.startsWith('indexed'));
  const rare = rule.unit.find((type) => type !== often);
  if (!often || !rare) return rule.unit;
  const repeated = Array<string>(period - 1).fill(often);
  return rule.unit[0] === rare ? [rare, ...repeated] : [...repeated, rare];
}

/** A pattern written as a word, such as "LLLG": local, local, local, global. */
function lettersOf(name: string, word: string): string[] {
  const types = [...word.slice(0, 64)].map((letter) =>
    Object.hasOwn(LETTERS, letter) ? LETTERS[letter]! : undefined,
  );
  if (types.length === 0 || types.includes(undefined) || word.length > 64) {
    throw outOfRange(name, 'an integer, or a word of L (sliding) and G (full)', word);
  }
  return types as string[];
}

/** Layers that attend to images: listed by the config, or every fifth from the fourth on, as the class has them. */
function crossLayers(source: HuggingFaceSource, types: string[]): string[] {
  const list =
    listOf(source, 'cross_attention_layers') ?? (source.modelType.startsWith('mllama') ? CROSS : []);
  for (const [i, entry] of list.entries()) {
    const name = `${source.prefix}cross_attention_layers[${i}]`;
    const index = checkInteger(name, entry, 0, MAX_LAYERS);
    if (index < types.length) types[index] = 'cross_attention';
  }
  return types;
}

const CROSS = [3, 8, 13, 18, 23, 28, 33, 38];

/** Layers that predict further tokens: lists may have an entry for each, after those of the model (Step 3.5). */
function spareLayers(source: HuggingFaceSource): number {
  const [given] = givenOf(source, 'num_nextn_predict_layers');
  return given ? checkInteger(given.name, given.value, 0, MAX_LAYERS) : 0;
}

/** A list of the config; with `count`, one that has so many entries, or up to `spare` more, which are cut off. */
export function listOf(
  source: HuggingFaceSource,
  key: string,
  count?: number,
  spare = 0,
): unknown[] | undefined {
  const given = agreed(givenOf(source, key));
  if (!given) return undefined;
  const { name, value } = given;
  const [least, most] = count === undefined ? [0, MAX_LAYERS] : [count, Math.min(count + spare, MAX_LAYERS)];
  if (!Array.isArray(value) || value.length < least || value.length > most) {
    throw wrongType(name, `an array${count === undefined ? '' : ` of ${count} entries, one a layer`}`, value);
  }
  return Array.from(value.slice(0, count));
}

function numberedType(name: string, entry: unknown, types: Readonly<Record<number, string>>): string {
  const known = Object.keys(types).map(Number);
  if (typeof entry !== 'number') throw wrongType(name, `one of ${known.join(', ')}`, entry);
  if (!known.includes(entry)) throw outOfRange(name, `one of ${known.join(', ')}`, entry);
  return types[entry]!;
}

function checkName(value: unknown, name: string): string {
  if (typeof value !== 'string') throw wrongType(name, 'the name of a layer type', value);
  return value;
}
