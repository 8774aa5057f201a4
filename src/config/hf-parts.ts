import { outOfRange, wrongType } from '../errors';
import { modelRow } from './models';
import { checkObject } from './scaling';

/** A model inside of a `config.json`: the whole file, or one of its parts. */
export interface HuggingFacePart {
  readonly values: Readonly<Record<string, unknown>>;
  /** What error messages put before a key: `''`, or for example `'thinker_config.text_config.'`. */
  readonly prefix: string;
  /** The `model_type` that it has, else that of the file; `''` where neither has one. */
  readonly named: string;
  /** The `model_type`s that may name its class, the likeliest first. */
  readonly candidates: readonly string[];
  /** Whether it is the tower of another medium: nothing about it may be taken to be as in a text model. */
  readonly isTower: boolean;
  /** The object that holds it, or null where it is the whole file. */
  readonly parent: Readonly<Record<string, unknown>> | null;
}

/** The parts a file may have, and the keys that hold them. */
const PARTS: readonly (readonly [part: string, ...keys: string[]])[] = [
  ['text', 'text_config', 'llm_config', 'language_config'],
  ['vision', 'vision_config'],
  ['audio', 'audio_config', 'audio_encoder_config', 'speech_config'],
  ['thinker', 'thinker_config'],
  ['talker', 'talker_config'],
  ['encoder', 'encoder_config', 'encoder'],
  ['decoder', 'decoder_config', 'decoder'],
  ['depth', 'depth_decoder_config'],
];

/** Keys that only the config of a model itself has. */
const OWN_SIZES = [
  'hidden_size',
  'n_embd',
  'd_model',
  'num_attention_heads',
  'n_head',
  'num_hidden_layers',
  'head_dim',
];

/** A thinker within a file has a text model within: no file goes deeper than that. */
const MAX_DEPTH = 4;

interface Child extends HuggingFacePart {
  readonly part: string;
}

/**
 * The part that is asked for; else the text model of a file, which may be the file itself.
 *
 * @throws {TypeError | RangeError} the file has no such part, or several and none was named
 */
export function huggingFacePart(config: unknown, part: string | undefined): HuggingFacePart {
  const root: HuggingFacePart = {
    values: checkObject('config', config, 'the object in a config.json'),
    prefix: '',
    named: typeOf(config as Record<string, unknown>),
    candidates: [typeOf(config as Record<string, unknown>)],
    isTower: false,
    parent: null,
  };
  const children = childrenOf(root);
  if (part === undefined) return wholeModel(root, children);
  const thinker = children.find((child) => child.part === 'thinker');
  const all = [...children, ...(thinker ? childrenOf(thinker) : [])];
  const found = all.find((child) => child.part === part);
  if (found) return descend(found);
  // A file may be its own text model, with or without other parts.
  if (part === 'text' && (isModel(root) || all.length === 0)) return root;
  if (typeof part !== 'string') throw wrongType('part', partList(all), part);
  throw outOfRange('part', partList(all), part);
}

function wholeModel(root: HuggingFacePart, children: readonly Child[]): HuggingFacePart {
  const named = (part: string) => children.find((child) => child.part === part);
  const main = named('text') ?? (isModel(root) ? undefined : (named('thinker') ?? onlyOne(children)));
  if (main) return descend(main);
  if (isModel(root) || children.length === 0) return root;
  throw wrongType('part', `${partList(children)}, as this file has several models`, undefined);
}

function onlyOne(children: readonly Child[]): Child | undefined {
  return children.length === 1 ? children[0] : undefined;
}

function isModel({ values, candidates }: HuggingFacePart): boolean {
  return OWN_SIZES.some((key) => given(values, key) !== undefined) || modelRow(candidates[0]!) !== undefined;
}

/** The text model of a part that has parts of its own (a thinker, an encoder with eyes). */
function descend(part: HuggingFacePart, depth = 1): HuggingFacePart {
  const text = childrenOf(part).find((child) => child.part === 'text');
  if (!text) return part;
  if (depth > MAX_DEPTH)
    throw outOfRange(text.prefix.slice(0, 99), 'at most four parts inside one another', depth);
  return descend(text, depth + 1);
}

function childrenOf({ values, prefix, candidates }: HuggingFacePart): Child[] {
  return PARTS.flatMap(([part, ...keys]) => {
    const key = keys.find((name) => typeof given(values, name) === 'object');
    if (key === undefined) return [];
    const child = checkObject(prefix + key, values[key]);
    return [
      {
        part,
        values: child,
        prefix: `${prefix}${key}.`,
        named: typeOf(child) || candidates[0]!,
        candidates: typesOf(child, part, candidates[0]!),
        isTower: part === 'vision' || part === 'audio',
        parent: values,
      },
    ];
  });
}

/** A part may name its class, or only the file does; a tower often goes by the name of the whole file. */
function typesOf(child: Readonly<Record<string, unknown>>, part: string, outer: string): string[] {
  const own = typeOf(child);
  const tower = (name: string) => [`${name}_${part}`, `${name}_${part}_encoder`, `${name}_${part}_model`];
  const names = [own, outer].filter((name) => name !== '');
  if (part === 'text') return own ? [own] : [...tower(outer), outer];
  if (part !== 'vision' && part !== 'audio') return names;
  // Files call the tower by the name of the whole (Qwen2-VL does): its own rules come first.
  return [...(own ? [...tower(own), own] : []), ...tower(outer)];
}

function typeOf(values: Readonly<Record<string, unknown>>): string {
  const type = given(values, 'model_type');
  if (type !== undefined && typeof type !== 'string') throw wrongType('model_type', 'a string', type);
  return type ?? '';
}

function given(values: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(values, key) ? (values[key] ?? undefined) : undefined;
}

function partList(children: readonly Child[]): string {
  if (children.length === 0) return 'none, as this file has one model';
  return children.map(({ part }) => JSON.stringify(part)).join(' or ');
}
