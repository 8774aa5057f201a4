export type { AddRowsOptions } from './additive';
export { addRowsReference, addRowsReferenceExact } from './additive';
export type { RopePlaceOptions } from './place';
export type { RerotateReferenceOptions, RerotateTurn } from './rerotate';
export { rerotateReference, rerotateReferenceExact } from './rerotate';
export type { RopeReferenceOptions } from './rope';
export { applyRopeReference, ropeReferenceExact } from './rope';
export type { RopeTurnOptions } from './turn';
