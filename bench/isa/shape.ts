import type { RopeDtype } from '../../src/dtypes';
import type { ParameterValues } from './parameters';

export const isaPairings = ['half', 'interleaved'] as const;
export type IsaPairing = (typeof isaPairings)[number];

/** A kernel, its variants and a call of it. */
export interface Shape {
  readonly kernel: string;
  readonly module: string;
  readonly variant?: string;
  /** The text that the host compiles, of the linked module; default the module itself. */
  readonly text?: (linked: string) => string;
  readonly pairings?: readonly IsaPairing[];
  readonly dtypes?: readonly RopeDtype[];
  readonly constants?: Readonly<Record<string, number>>;
  readonly parameters: ParameterValues;
  /** The parameter that counts steps, how much of it a step is, and what it is called. */
  readonly steps?: readonly [field: string, by: number, name: string];
}
