export {
  type AddRowsOptions,
  addRowsReference,
  addRowsReferenceExact,
  applyRopeReference,
  type RerotateReferenceOptions,
  type RerotateTurn,
  type RopePlaceOptions,
  type RopeReferenceOptions,
  type RopeTurnOptions,
  rerotateReference,
  rerotateReferenceExact,
  ropeReferenceExact,
} from '../reference';
export {
  applyBiasReference,
  type BiasReferenceOptions,
  biasReferenceExact,
  type ReferenceBias,
} from '../reference/bias';
