/** The golden rotations, typed. Schema and tolerances: the README of the golden data, quoted where used. */

import { axial, mropeInterleaved, mropeSections } from '../../src/config/axes';
import type { RopeAxes, RopeConfigInput } from '../../src/config/types';
import cases from '../golden/rotations.json';

/** What every case has. `q`, `k`, `q_out`, `k_out` are [tokens, heads, head_dim], row-major. */
export interface GoldenRotationBase {
  readonly name: string;
  readonly source: string;
  readonly layout: 'half' | 'interleaved';
  readonly head_dim: number;
  readonly rotary_dim: number;
  readonly num_heads_q: number;
  readonly num_heads_k: number;
  readonly tokens: number;
  /** `rotary_dim / 2` of them. */
  readonly inv_freq: readonly number[];
  readonly attention_factor: number;
  readonly max_abs_output: number;
  readonly float32_angle_max_abs_err: number;
  readonly float32_table_max_abs_err: number;
  readonly q: readonly number[];
  readonly k: readonly number[];
  readonly q_out: readonly number[];
  readonly k_out: readonly number[];
}

/** One position a token. */
export interface GoldenRotation1d extends GoldenRotationBase {
  readonly position_mode: '1d';
  readonly positions: readonly number[];
}

/** Several lists of positions; `pair_axis` says which one each pair uses. */
export interface GoldenRotationAxes extends GoldenRotationBase {
  readonly position_mode: 'mrope_sectioned' | 'mrope_interleaved' | 'axial';
  readonly positions: readonly (readonly number[])[];
  readonly pair_axis: readonly number[];
  readonly mrope_section?: readonly number[];
  readonly axis_pairs?: readonly number[];
  readonly theta?: number;
  readonly grid_x?: number;
  readonly grid_y?: number;
  readonly token_index?: readonly number[];
}

export type GoldenRotation = GoldenRotation1d | GoldenRotationAxes;

/** All 47 cases. */
export const goldenRotations = cases as unknown as readonly GoldenRotation[];

/** The 34 cases with one position a token. */
export const goldenRotations1d: readonly GoldenRotation1d[] = goldenRotations.filter(
  (rotation) => rotation.position_mode === '1d',
);

/**
 * The absolute tolerance, element by element, of a double-precision program: 1e-8 times the length of the pair, times
 * the attention factor ("the 9-digit rounding alone can reach 5e-9"). 0 for the unrotated tail.
 */
export function goldenTolerance(
  rotation: GoldenRotationBase,
  input: readonly number[],
): (i: number) => number {
  return (index) => {
    const dim = index % rotation.head_dim;
    if (dim >= rotation.rotary_dim) return 0;
    const half = rotation.rotary_dim / 2;
    const partner =
      rotation.layout === 'half' ? index + (dim < half ? half : -half) : index + 1 - 2 * (dim % 2);
    return 1e-8 * Math.hypot(input[index]!, input[partner]!) * rotation.attention_factor;
  };
}

/** The axes of a case by the preset of its `position_mode`, not by its `pair_axis`. */
export function goldenAxes(rotation: GoldenRotation): RopeAxes | null {
  switch (rotation.position_mode) {
    case '1d':
      return null;
    case 'mrope_sectioned':
      return mropeSections(rotation.mrope_section!);
    case 'mrope_interleaved':
      return mropeInterleaved(rotation.mrope_section!);
    case 'axial':
      return axial(rotation.rotary_dim);
  }
}

/** A case as a config. Frequencies follow from theta where a case says what theta is, which the axial ones do. */
export function goldenConfig(rotation: GoldenRotation): RopeConfigInput {
  const theta = rotation.position_mode === 'axial' ? rotation.theta! : undefined;
  const { inv_freq: inverseFrequencies, attention_factor: attentionFactor } = rotation;
  return {
    headDim: rotation.head_dim,
    rotaryDim: rotation.rotary_dim,
    pairing: rotation.layout,
    theta,
    scaling: theta ? { type: 'default' } : { type: 'explicit', inverseFrequencies, attentionFactor },
    axes: goldenAxes(rotation),
  };
}
