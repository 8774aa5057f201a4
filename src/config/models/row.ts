import type { Pairing } from '../types';

/** How a class of transformers, or the code beside a checkpoint, spreads pairs over position axes. */
export interface RowAxes {
  /**
   * `sections`: a block of pairs an axis; `interleaved`: axes take turns; `hwt`: ERNIE's sections are height, width, time,
   * pairs alternate between height and width, the last ones are time's; `dealt`: the same with a block an axis, whose
   * frequencies are those of the alternation.
   */
  readonly rule: 'sections' | 'interleaved' | 'hwt' | 'dealt';
  /** Pairs of each axis where the config has no section. */
  readonly sections: readonly number[] | null;
  /** Whether a config without a section has one axis. */
  readonly isOptional: boolean;
}

/** The types of layers that a config does not list. */
export interface RowLayers {
  /** Repeated over the layers. */
  readonly unit: readonly string[];
  /** Types of the first layers in place of the unit's. */
  readonly first: readonly string[];
  /** Type of the last layer in place of the unit's. */
  readonly last: string | undefined;
  /** Whether the unit is laid from the last layer backwards. */
  readonly fromEnd: boolean;
  /** The key of a config that gives another length of the unit. */
  readonly key: string | undefined;
}

/** How Q and K are normed, as a row says it. */
export interface RowNorm {
  readonly words: readonly string[];
  /** The flag of the config that turns it on, and its default. */
  readonly flag: { readonly key: string; readonly usual: boolean } | undefined;
}

/**
 * What is known of a model type, where it differs from the common case: pairing half, forward, the first elements of heads of
 * `hidden_size / num_attention_heads`, all of them, base 10 000, no scaling, every layer rotated by one rule.
 */
export interface ModelRow {
  readonly modelType: string;
  /** Where the facts are from. */
  readonly source: string;
  /** Whether those are classes of transformers. */
  readonly isTransformers: boolean;
  /** Class defaults of `hidden_size`, `num_attention_heads`, `num_hidden_layers`. */
  readonly size: readonly (number | undefined)[];
  readonly pairing: Pairing;
  readonly isReversed: boolean;
  /** Width of the slice at the end of each head that rotates (latent attention), where the config does not say. */
  readonly slice: number | undefined;
  /** `head_dim` where the config does not say; `double`: twice the quotient. */
  readonly head: number | 'double' | undefined;
  /** `head_dim` of full-attention layers, where it is another. */
  readonly fullHead: number | undefined;
  readonly theta: number | undefined;
  /** The base of sliding layers, which then take no scaling. */
  readonly slidingTheta: number | undefined;
  /** The base of compressed layers (DeepSeek V4), where the config does not say. */
  readonly compressTheta: number | undefined;
  /** Whether sliding layers take no scaling though their base is the common one. */
  readonly isSlidingUnscaled: boolean;
  readonly rotated: number | undefined;
  readonly rotaryDim: number | undefined;
  /** The block that counts where the config has none, in the spelling of `rope_parameters`. */
  readonly defaults: unknown;
  readonly axes: RowAxes | undefined;
  /** Two axes of a vision tower; `axial.ts` has the rules. */
  readonly axial: string | undefined;
  readonly layers: RowLayers | undefined;
  /** The layer types that are rotated, where not all with attention are. */
  readonly rotates: readonly string[] | undefined;
  /** Every how many layers one is not rotated, where the config does not say. */
  readonly noRope: number | undefined;
  /** Whether a `sliding_window` of null makes every layer a full one that is rotated. */
  readonly isFullWithoutWindow: boolean;
  /** What the config has to say for anything to be rotated: a key and its value. */
  readonly needs: readonly [key: string, value: string] | undefined;
  /** Whether `alpha` of the scaling block is the factor of a static NTK rule. */
  readonly hasAlpha: boolean;
  /** Whether `rope_ratio` multiplies the base of 10 000. */
  readonly hasRatio: boolean;
  /** Whether scaling `ntk` is GTE's: the base times the factor, and frequencies divided by `factor^(2 / rotaryDim)`. */
  readonly hasMixedNtk: boolean;
  readonly norm: RowNorm | undefined;
  /** Whether nobody held the row against a source. */
  readonly isFromMemory: boolean;
  /** Why no head is rotated. */
  readonly none: string | undefined;
  /** Why the rotation cannot be read from a config. */
  readonly unread: string | undefined;
}

/** Where rows without a source of their own are from. */
const TRANSFORMERS = 'transformers 5.18.0: models/';

/**
 * The row of a line: a model type, its source, then words separated by spaces, flags and `key=value`. `same=` takes over the
 * facts of another row, which `find` returns as words. In sources and reasons `~` stands for a space.
 */
export function parseRow(line: string, find: (modelType: string) => string | undefined): ModelRow {
  const [modelType = '', from = '.', ...own] = line.split(' ');
  const words = new Map<string, string>();
  const take = (word: string) => {
    const at = word.indexOf('=');
    words.set(at < 0 ? word : word.slice(0, at), at < 0 ? '' : word.slice(at + 1));
  };
  const base = own.find((word) => word.startsWith('same='))?.slice('same='.length);
  if (base) for (const word of find(base)!.split(' ').slice(2)) take(word);
  for (const word of own) take(word);
  const number = (key: string) => (words.has(key) ? Number(words.get(key)) : undefined);
  const isFolder = /^[a-z0-9_.]+$/.test(from);
  return {
    modelType,
    source: isFolder ? TRANSFORMERS + (from === '.' ? modelType : from) : from.replaceAll('~', ' '),
    isTransformers: isFolder || from.startsWith('transformers'),
    size: words.get('size')?.split('/').map(Number) ?? [],
    pairing: words.has('interleaved') ? 'interleaved' : 'half',
    isReversed: words.has('reversed'),
    slice: number('slice'),
    head: words.get('head') === 'double' ? 'double' : number('head'),
    fullHead: number('full-head'),
    theta: number('theta'),
    slidingTheta: number('sliding-theta'),
    compressTheta: number('compress-theta'),
    isSlidingUnscaled: words.has('unscaled-sliding'),
    rotated: number('rotated'),
    rotaryDim: number('rotary-dim'),
    defaults: words.has('defaults') ? JSON.parse(words.get('defaults')!) : undefined,
    axes: axesOf(words.get('axes')),
    axial: words.get('axial'),
    layers: layersOf(words.get('layers')),
    rotates: words.get('rotates')?.split(',').map(layerTypeName),
    noRope: number('no-rope'),
    isFullWithoutWindow: words.has('windowless'),
    needs: words.get('needs')?.split(':') as [string, string] | undefined,
    hasAlpha: words.has('alpha'),
    hasRatio: words.has('ratio'),
    hasMixedNtk: words.has('mixed-ntk'),
    norm: normOf(words.get('norm')),
    isFromMemory: words.has('memory'),
    none: words.get('none')?.replaceAll('~', ' '),
    unread: words.get('unread')?.replaceAll('~', ' '),
  };
}

function axesOf(text: string | undefined): RowAxes | undefined {
  if (text === undefined) return undefined;
  const [rule, sections] = text.replace('?', '').split(':');
  return {
    rule: rule as RowAxes['rule'],
    sections: sections ? sections.split(',').map(Number) : null,
    isOptional: text.endsWith('?'),
  };
}

/** `sliding*3,full;first=full;last=full;from=end@key` */
function layersOf(text: string | undefined): RowLayers | undefined {
  if (text === undefined) return undefined;
  const [pattern = '', key] = text.split('@');
  const [unit = '', ...options] = pattern.split(';');
  const option = (name: string) => options.find((one) => one.startsWith(name))?.slice(name.length);
  return {
    unit: typesOf(unit),
    first: typesOf(option('first=') ?? ''),
    last: option('last=') === undefined ? undefined : layerTypeName(option('last=')!),
    fromEnd: options.includes('from=end'),
    key,
  };
}

function typesOf(list: string): string[] {
  if (list === '') return [];
  return list.split(',').flatMap((entry) => {
    const [name = '', count = '1'] = entry.split('*');
    return Array<string>(Number(count)).fill(layerTypeName(name));
  });
}

const SHORT_NAMES = [
  'full',
  'sliding',
  'chunked',
  'linear',
  'indexed',
  'compressed_sparse',
  'heavily_compressed',
];

/** A layer type as transformers names it, from its short name. */
function layerTypeName(name: string): string {
  return SHORT_NAMES.includes(name) ? `${name}_attention` : name;
}

function normOf(text: string | undefined): RowNorm | undefined {
  if (text === undefined) return undefined;
  const [words = '', flag] = text.split('?');
  const [key, usual] = flag?.split('=') ?? [];
  return { words: words.split(','), flag: key ? { key, usual: usual === 'true' } : undefined };
}
