export type { AddRowsOptions } from './additive';
export { addRowsReference, addRowsReferenceExact } from './additive';
export type { ReferenceNorm } from './norm';
export type { RopePlaceOptions } from './place';
export type { QkvReferenceExact } from './qkv';
export { qkvReference, qkvReferenceExact } from './qkv';
export type {
  QkvReferenceCache,
  QkvReferenceKeys,
  QkvReferenceOptions,
  QkvReferenceTensor,
  QkvReferenceValues,
} from './qkv-parts';
export type {
  QkvReferenceRows,
  QkvReferenceShape,
  QkvReferenceStep,
  QkvReferenceStepOptions,
} from './qkv-rows';
export { qkvReferenceRows, qkvReferenceStep } from './qkv-rows';
export type { RerotateReferenceOptions, RerotateTurn } from './rerotate';
export { rerotateReference, rerotateReferenceExact } from './rerotate';
export type { RopeReferenceOptions } from './rope';
export { applyRopeReference, ropeReferenceExact } from './rope';
export type { RopeTurnOptions } from './turn';
