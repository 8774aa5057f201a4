/** The golden rows of additive encodings, typed. */

import type { AdditiveEncodingInput } from '../../src/encodings/types';
import cases from '../golden/additive.json';

/** Rows computed by others: `output` is `[positions, d]`, row-major. */
export interface GoldenAdditive {
  readonly name: string;
  readonly kind: 'sinusoidal' | 'binary' | 'integer';
  readonly layout: 'interleaved' | 'concat' | 'lsb_first' | 'broadcast';
  readonly d: number;
  readonly base?: number;
  readonly positions: readonly number[];
  readonly output: readonly number[];
}

/** All cases. */
export const goldenAdditive = cases as readonly GoldenAdditive[];

/** A case as an encoding. */
export function goldenEncoding({ kind, layout, d: dim, base }: GoldenAdditive): AdditiveEncodingInput {
  if (kind !== 'sinusoidal') return { type: kind, dim };
  return { type: kind, dim, base: base!, layout: layout as 'interleaved' | 'concat' };
}
