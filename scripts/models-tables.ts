// The tables of docs/models.md that are made from the rows of src/config and from the golden readings that hold them.
import { ropeConfigsFromGguf } from '../src/config/gguf';
import { architectureNames, architectureOf } from '../src/config/gguf-architectures';
import { type HuggingFaceConfigs, ropeConfigsFromHuggingFace } from '../src/config/hugging-face';
import { type ModelRow, modelRow, modelTypes } from '../src/config/models';
import type { QkNorm, RopeAxes, RopeConfig, RopeScaling } from '../src/config/types';
import { faultsOf, type ReadingCase } from '../test/config/golden-reading';
import llamacpp from '../test/golden/llamacpp.json';
import realConfigs from '../test/golden/real-configs.json';
import transformers from '../test/golden/transformers.json';

const golden = [transformers, realConfigs, llamacpp] as unknown as readonly (readonly ReadingCase[])[];

/** How many golden readings of each name are right. */
function casesBy(nameOf: (one: ReadingCase) => readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const one of golden.flat()) {
    if (faultsOf(one).length > 0) continue;
    for (const name of nameOf(one)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** Every `model_type` in a config, at any depth. */
function typesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = (value as { model_type?: unknown }).model_type;
  return [...(typeof own === 'string' ? [own] : []), ...Object.values(value).flatMap(typesIn)];
}

/** A row a model type: what a config that says nothing else reads to, the norm, the source, and the readings that hold it. */
export function modelTypeTable(): string {
  const counts = casesBy(({ config }) => [...new Set(typesIn(config))]);
  const rows = modelTypes()
    .sort()
    .map((name) => {
      const row = modelRow(name)!;
      const { reads, norm } = readsOf(row);
      return `| \`${name}\` | ${reads} | ${norm} | ${row.source} | ${counts.get(name) ?? ''} |\n`;
    });
  return `| \`model_type\` | reads to | norm of Q and K | source | cases |\n|---|---|---|---|---|\n${rows.join('')}`;
}

function readsOf(row: ModelRow): { reads: string; norm: string } {
  if (row.none) return { reads: `refused, not rotated: ${row.none}`, norm: '' };
  if (row.unread) return { reads: `refused, not read: ${row.unread}`, norm: '' };
  const [key, value] = row.needs ?? [];
  const need = key ? { [key]: value === 'true' ? true : value } : {};
  const sections = row.axes && !row.axes.sections && !row.axes.isOptional;
  const config = { model_type: row.modelType, num_hidden_layers: row.size[2] ?? 12, ...need };
  const note = [key && `with \`${key}: ${value}\``, sections && 'with the `mrope_section` of its config'];
  const section = { rope_scaling: { type: 'mrope', mrope_section: [16, 24, 24] } };
  try {
    const configs = ropeConfigsFromHuggingFace({ ...config, ...(sections ? section : {}) });
    return {
      reads: [describeConfigs(configs), ...note.filter(Boolean)].join('; '),
      norm: describeNorm(configs.norm),
    };
  } catch (error) {
    const needs = (error as Error).message.replace(/^(\S+): .*$/, 'needs `$1`');
    return { reads: [needs, row.pairing, ...note.filter(Boolean)].join('; '), norm: '' };
  }
}

function describeConfigs({ configs }: Pick<HuggingFaceConfigs, 'configs'>): string {
  const entries = Object.entries(configs);
  const rotated = entries.filter((entry): entry is [string, RopeConfig] => entry[1] !== null);
  const texts = rotated.map(([name, config]) => [name, describeConfig(config)] as const);
  const alike = new Set(texts.map(([, text]) => text)).size === 1;
  const read =
    alike && entries.length === rotated.length
      ? [texts[0]![1]]
      : texts.map(([name, text]) => `${name}: ${text}`);
  const others = entries.filter(([, config]) => !config).map(([name]) => name);
  return (
    [...read, ...(others.length > 0 ? [`${others.join(', ')}: not rotated`] : [])].join('; ') ||
    'no layer rotated'
  );
}

/** A config in a cell: widths, base, and what differs from the common case. */
function describeConfig(config: RopeConfig): string {
  const { headDim, rotaryDim, theta, pairing, placement, direction, scaling, axes } = config;
  const width =
    placement === 'last'
      ? `the last ${rotaryDim}`
      : rotaryDim === headDim
        ? `${headDim}`
        : `${rotaryDim} of ${headDim}`;
  return [
    width,
    `base ${theta}`,
    pairing,
    ...(direction === 'reversed' ? ['reversed'] : []),
    ...(scaling.type === 'default' ? [] : [describeScaling(scaling)]),
    ...(axes ? [describeAxes(axes)] : []),
  ].join(', ');
}

/** A scheme and its numbers, lists by their length. */
export function describeScaling(scaling: RopeScaling): string {
  const numbers = Object.entries(scaling).filter(([key]) => key !== 'type');
  const shown = numbers.map(([key, value]) => `${key} ${Array.isArray(value) ? `(${value.length})` : value}`);
  return [scaling.type, ...shown].join(', ');
}

/** Pairs of each axis; "interleaved" where they are not one block an axis. */
export function describeAxes({ count, pairAxis }: RopeAxes): string {
  const sizes = Array.from({ length: count }, (_, axis) => pairAxis.filter((one) => one === axis).length);
  const inBlocks = pairAxis.every((axis, i) => i === 0 || axis >= pairAxis[i - 1]!);
  return `axes of ${sizes.join(', ')} pairs${inBlocks ? '' : ', interleaved'}`;
}

function describeNorm(norm: QkNorm | null | undefined): string {
  if (norm === undefined) return 'not known';
  if (norm === null) return 'none';
  const { type, over, weight, order } = norm;
  const words = [over === 'head' ? 'head' : 'all heads'];
  if (type === 'layer') words.push('LayerNorm');
  if (weight === 'one-plus') words.push('1 + weight');
  if (weight === 'none') words.push('no weight');
  if (order === 'after') words.push('after the rotation');
  return words.join(', ');
}

/** A row an architecture of llama.cpp: its pairing, its layers, and the readings that hold it. */
export function architectureTable(): string {
  const counts = casesBy(({ metadata }) => [String(metadata?.['general.architecture'])]);
  const rows = architectureNames()
    .sort()
    .map((name) => `| \`${name}\` | ${architectureCells(name)} | ${counts.get(name) ?? ''} |\n`);
  return `| \`general.architecture\` | pairing | layers | cases |\n|---|---|---|---|\n${rows.join('')}`;
}

function architectureCells(name: string): string {
  const row = architectureOf(name)!;
  if (row.pairing === 'none') return ' | refused, not rotated';
  const pairing = row.mrope
    ? `half, ${row.mrope}${row.isMropeOptional ? ` where the file has them, else ${row.pairing}` : ''}`
    : row.pairing;
  const count = row.windowsAt ?? row.rotatesAt ?? 24;
  const sections =
    row.mrope && !row.isMropeOptional ? { [`${name}.rope.dimension_sections`]: [24, 20, 20, 0] } : {};
  const header = {
    'general.architecture': name,
    [`${name}.block_count`]: count,
    [`${name}.embedding_length`]: 4096,
    [`${name}.attention.head_count`]: 32,
    ...(row.window ? { [`${name}.attention.sliding_window`]: 4096 } : {}),
    ...sections,
  };
  const { layerTypes, configs } = ropeConfigsFromGguf(header, { tensors: {} });
  const layers = Object.keys(configs).map((type) => {
    const share = layerTypes.filter((one) => one === type).length;
    const window = type === 'sliding_attention' && row.window ? `, ${WINDOW_BASES[row.window.base]}` : '';
    return `${share} of ${count} ${type}${configs[type] ? window : ', not rotated'}`;
  });
  const notes = [
    row.windowsAt && `windows with ${row.windowsAt} layers only`,
    row.rotatesAt && `other sizes are refused: ALiBi`,
    row.hasFinetuned && '`rope.scaling.finetuned: false` is refused: not rotated',
    row.hasFullFreqs && '`rope_freqs.weight` for full layers',
    row.isHalfFull && 'full layers rotate half',
    row.isLast && 'the last elements of a head; compressed layers by `attention.compress_ratios`',
  ];
  const all = layers.length === 1 ? ['all'] : layers;
  return `${pairing} | ${[...all, ...notes.filter(Boolean)].join('; ')}`;
}

const WINDOW_BASES = {
  own: 'base 10000 unless the file has another, no scaling',
  same: 'as the others',
  unscaled: 'without scaling',
};
