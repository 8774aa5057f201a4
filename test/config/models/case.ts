import type { RopeConfig } from '../../../src/config/types';

/** A model's config.json, cut to what bears on its shape, and what this package reads from it. */
export interface ModelCase {
  readonly model: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** What each layer type reads as, or the error that refuses the model. */
  readonly reads: Readonly<Record<string, Partial<RopeConfig> | null>> | RegExp;
  /** Layers of each type, in the order of `reads`. */
  readonly layers?: readonly number[];
  /** Parts of the texts that have to be among the assumptions of the first rotated layer type; none by default. */
  readonly assumes?: readonly RegExp[];
}

/** The keys of Llama 3.1's scaling that every size shares. */
export const LLAMA31 = {
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 8192,
  rope_type: 'llama3',
};

/** The start of a YaRN scaling. */
export function yarnOf(factor: number, originalPositions: number) {
  return { type: 'yarn' as const, factor, originalPositions };
}

/** A name for each of `count` layers: `nth` for every n-th, `other` for those between. */
export function every(n: number, count: number, nth: string, other: string): string[] {
  return Array.from({ length: count }, (_, i) => ((i + 1) % n === 0 ? nth : other));
}
