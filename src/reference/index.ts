export type { Dtype, StorageArray } from './dtypes';
export { bytesPerElement, decode, encode, fromStorage, maxFinite, toStorage, ulp } from './dtypes';
export type { RopePlaceOptions } from './place';
export type { RerotateReferenceOptions, RerotateTurn } from './rerotate';
export { rerotateReference, rerotateReferenceExact } from './rerotate';
export type { RopeReferenceOptions } from './rope';
export { applyRopeReference, ropeReferenceExact } from './rope';
export type { RopeTurnOptions } from './turn';
