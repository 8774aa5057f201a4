import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Pairing, RopeFrequencies } from '../../src/config/types';

/** One case of golden/frequencies.json; its README says what the fields mean. */
export interface GoldenFrequencies {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly seq_len?: number;
  readonly layer_type?: string;
  readonly layout: Pairing;
  readonly rope_type: string;
  readonly head_dim: number;
  readonly rotary_dim: number;
  readonly mrope_section?: readonly number[];
  readonly mrope_interleaved?: boolean;
  readonly inv_freq: readonly number[];
  readonly attention_factor: number;
}

/** One case of golden/xpos.json, without its rotated tensors. */
export interface GoldenXpos {
  readonly name: string;
  readonly rotary_dim: number;
  readonly center: number;
  readonly scale_base: number;
  readonly positions: readonly number[];
  readonly scale: readonly number[];
}

export const goldenFrequencies = load<GoldenFrequencies[]>('frequencies');
export const goldenXpos = load<GoldenXpos[]>('xpos');

function load<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), 'utf8')) as T;
}

/** The golden README's tolerance for numbers in double precision. */
export const TOLERANCE = 1e-13;

/** Expects the same count, and every number within {@link TOLERANCE} relative; NaN never passes, 0 only equals 0. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [got, want] = [actual[i]!, expected[i]!];
    if (!(Math.abs(got - want) <= TOLERANCE * Math.abs(want)))
      expect.fail(`[${i}]: ${got}, expected ${want}`);
  }
}

/** Expects the frequencies and the attention factor of a golden case. */
export function expectFrequencies(
  actual: RopeFrequencies,
  golden: Pick<GoldenFrequencies, 'inv_freq' | 'attention_factor'>,
): void {
  expectClose(actual.inverseFrequencies, golden.inv_freq);
  expectClose([actual.attentionFactor], [golden.attention_factor]);
}
