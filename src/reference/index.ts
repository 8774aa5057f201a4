export type { Dtype, StorageArray } from './dtypes';
export { bytesPerElement, decode, encode, fromStorage, maxFinite, toStorage, ulp } from './dtypes';
export type { RopeReferenceOptions } from './rope';
export { applyRopeReference, ropeReferenceExact } from './rope';
