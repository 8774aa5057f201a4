import { ropeReferenceExact } from 'webgpu-rope/reference';
import { worstShare } from '../app/rotate.js';

/** The error of f32 elements below 1 that were rotated as `rotation` says, as a share of what is allowed. */
export function shareOf(before, got, rotation) {
  const exact = ropeReferenceExact(before, { ...rotation, dtype: 'f32' });
  return worstShare('tensor', got, exact, { dtype: 'f32', before });
}
