import type { RopeDtype } from '../src/dtypes';
import type { SettingSpec } from './harness/row';
import type { SweepAxis } from './schema';

export const sweepAxes: readonly SweepAxis[] = ['tokens', 'heads', 'positions', 'batch'];

/** One setting of a sweep. */
export interface SweepPoint {
  readonly sweep: SweepAxis;
  /** Tokens; heads of Q; the position of the first token; sequences. */
  readonly at: number;
  readonly setting: SettingSpec;
}

/** Heads of Q for each head of K in Llama-3.1-8B. */
const qPerK = 4;

/** The values of each axis: decode to a long prefill, a small model's heads to a large one's, up to the last position. */
const values: Readonly<Record<SweepAxis, readonly number[]>> = {
  tokens: [1, 2, 8, 32, 128, 512, 2048, 8192],
  heads: [4, 8, 16, 32, 64, 128],
  positions: [1, 64, 1024, 16_384, 131_071, 1_048_575, 2 ** 24 - 512],
  batch: [1, 2, 4, 8, 16, 32],
};

/** Every setting of these sweeps, dtypes innermost. */
export function sweepPoints(
  axes: readonly SweepAxis[],
  dtypes: readonly RopeDtype[],
  start: number,
): SweepPoint[] {
  return axes.flatMap((sweep) =>
    values[sweep].flatMap((at) =>
      dtypes.map((dtype) => ({ sweep, at, setting: settingAt(sweep, at, dtype, start) })),
    ),
  );
}

function settingAt(sweep: SweepAxis, at: number, dtype: RopeDtype, start: number): SettingSpec {
  const fixed = { preset: 'llama-3.1-8b', tokens: 512, dtype, start };
  switch (sweep) {
    case 'tokens':
      return { ...fixed, tokens: at };
    case 'heads':
      return { ...fixed, qHeads: at, kHeads: at / qPerK };
    case 'positions':
      return { ...fixed, start: at };
    case 'batch':
      return { ...fixed, tokens: 128, batch: at };
  }
}
