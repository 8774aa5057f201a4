import { presetBySlug, presets } from '../bench/presets';
// Not the whole package: scripts/starting reads choices in Node, which imports no WGSL.
import { type RopeDtype, ropeDtypes } from '../src/gpu/dtype';
import { integer } from './format';

/** What the visitor chose; all of it lives in the address, so that a view can be shared. */
export interface Choice {
  /** Slug of a preset. */
  readonly preset: string;
  readonly tokens: number;
  readonly dtype: RopeDtype;
  /** Position of the first token. */
  readonly start: number;
}

export const tokenChoices: readonly number[] = [1, 32, 512, 4096];

/** The benchmark's start: both digits of the two-digit tables count there, and one token really turns. */
const usualStart = 5000;

/** Positions offered beside free entry: the first, a usual one, and the last of a 128 Ki context. */
export const startChoices: readonly number[] = [0, usualStart, 131_071];

/** Positions the table serves: what `createRope` takes by default for every preset. */
export const capacity = 2 ** 20;

export const defaultChoice: Choice = {
  preset: 'llama-3.1-8b',
  tokens: 512,
  dtype: 'f16',
  start: usualStart,
};

/** The largest start from which so many tokens still fit the capacity. */
export function lastStart(tokens: number): number {
  return capacity - tokens;
}

/**
 * Reads a choice from a query string. What is missing takes its default; what cannot be used does too, and is named in
 * `problems`, each without a full stop: "tokens: expected one of 1, 32, got “7”".
 */
export function choiceFromQuery(search: string): { choice: Choice; problems: string[] } {
  const query = new URLSearchParams(search);
  const problems: string[] = [];
  const read = <T>(
    name: string,
    parse: (text: string) => T | undefined,
    fallback: T,
    expected: string,
  ): T => {
    const text = query.get(name);
    if (text === null) return fallback;
    const value = parse(text);
    if (value !== undefined) return value;
    problems.push(`${name}: expected ${expected}, got “${text}”`);
    return fallback;
  };
  const slugs = presets.map(({ slug }) => slug);
  const preset = read(
    'preset',
    (text) => slugs.find((s) => s === text),
    defaultChoice.preset,
    `one of ${slugs.join(', ')}`,
  );
  const tokens = read(
    'tokens',
    (text) => tokenChoices.find((count) => String(count) === text),
    defaultChoice.tokens,
    `one of ${tokenChoices.join(', ')}`,
  );
  const dtype = read(
    'dtype',
    (text) => ropeDtypes.find((d) => d === text),
    defaultChoice.dtype,
    `one of ${ropeDtypes.join(', ')}`,
  );
  const last = lastStart(tokens);
  const start = read(
    'start',
    (text) => parseStart(text, tokens),
    defaultChoice.start,
    `an integer from 0 to ${last}`,
  );
  return { choice: { preset, tokens, dtype, start }, problems };
}

/** A start typed by hand: digits, with spaces, commas or underscores between them; undefined where it is none. */
export function parseStart(text: string, tokens: number): number | undefined {
  const digits = text.replace(/[\s,_]/g, '');
  if (!/^\d{1,9}$/.test(digits)) return undefined;
  const start = Number(digits);
  return start <= lastStart(tokens) ? start : undefined;
}

/** The query string of a choice; keys of other owners in `search` stay. */
export function queryOfChoice(choice: Choice, search: string): string {
  const query = new URLSearchParams(search);
  for (const [key, value] of Object.entries(choice)) query.set(key, String(value));
  return `?${query}`;
}

/** What a check of this choice cannot show; empty where it shows all. */
export function blindSpot({ tokens, start }: Choice): string {
  return tokens === 1 && start === 0
    ? 'Position 0 is the identity: every angle there is 0, so a kernel that does nothing would pass as well.'
    : '';
}

/** "Llama-3.1-8B, 512 tokens, f16, from position 5 000". */
export function describeChoice({ preset, tokens, dtype, start }: Choice): string {
  const count = tokens === 1 ? '1 token' : `${integer(tokens)} tokens`;
  return `${presetBySlug(preset).name}, ${count}, ${dtype}, from position ${integer(start)}`;
}
