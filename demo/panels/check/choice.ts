// Types alone of the package: `npm start` reads choices in Node, which cannot import its WGSL.
import type { RopeDtype } from 'webgpu-rope';
import { presetBySlug, presets } from '../../../bench/presets';
import { integer } from '../../format';
import { parseInteger, reader } from '../../shell/query';

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

export const dtypeChoices = ['f32', 'f16', 'bf16'] as const satisfies readonly RopeDtype[];

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
export function choiceFromQuery(search: string | URLSearchParams): {
  choice: Choice;
  problems: readonly string[];
} {
  const q = reader(new URLSearchParams(search));
  const { preset, tokens, dtype, start } = defaultChoice;
  const slugs = presets.map(({ slug }) => slug);
  const chosen = {
    preset: q.choice('preset', slugs, preset),
    tokens: q.oneOf('tokens', tokenChoices, tokens),
    dtype: q.choice('dtype', dtypeChoices, dtype),
  };
  const choice = { ...chosen, start: q.integer('start', 0, lastStart(chosen.tokens), start) };
  return { choice, problems: q.problems };
}

/** A start typed by hand: digits, with spaces, commas or underscores between them; undefined where it is none. */
export function parseStart(text: string, tokens: number): number | undefined {
  return parseInteger(text, 0, lastStart(tokens));
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
