import { axial } from './axes';
import type { RopeAxes, RopeScaling } from './types';

/** The axes of a vision tower, and its scheme. */
export interface AxialReading {
  readonly axes: RopeAxes;
  readonly scaling: RopeScaling;
}

/**
 * The two axes of a vision tower by the rule of its row:
 * - `halves`: the first half of the pairs turns by one axis, the rest by the other, with the same frequencies;
 * - `dealt`: likewise, with even frequencies for the one axis and odd ones for the other (Pixtral);
 * - `turns`: as `halves`, for coordinates from -1 to 1: frequencies are 2 pi times as high (DINOv3).
 */
export function axialReading(rule: string, rotaryDim: number, theta: number): AxialReading {
  const axes = axial(rotaryDim, 2, { frequencies: rule === 'dealt' ? 'dealt' : 'shared' });
  if (rule !== 'turns') return { axes, scaling: { type: 'default' } };
  const inverseFrequencies = Array.from(
    { length: rotaryDim / 2 },
    (_, pair) => 2 * Math.PI * theta ** ((-2 * pair) / rotaryDim),
  );
  return { axes, scaling: { type: 'explicit', inverseFrequencies } };
}
