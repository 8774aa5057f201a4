/** Checked parts of layers in buffers that no GPU has. */
import type { QkvKeys } from '../../src/qkv/options';
import { type PartName, type PartShape, PartView } from '../../src/qkv/part';

const storage = 0x80;

/** As much of a storage buffer as is checked. */
export const storageBuffer = (size: number, usage = storage): GPUBuffer => ({ size, usage }) as GPUBuffer;

const defaults: PartShape = { dtype: 'f32', headDim: 64, rotaryDim: 64, placement: 'first' };

/** Q, K or V, as a binding would have it: of f32, 64 dims, all of which rotate but for V's. */
export function partOf(
  name: PartName,
  given: Partial<QkvKeys> = {},
  shape: Partial<PartShape> = {},
): PartView {
  const whole = { buffer: storageBuffer(2 ** 30), heads: 4, ...given };
  const rotaryDim = name === 'v' ? { rotaryDim: 0 } : {};
  return new PartView(name, whole, { ...defaults, ...shape, ...rotaryDim });
}

/** A cache with room for a few rows. */
export const smallCache = { buffer: storageBuffer(2 ** 30), capacity: 16 };
