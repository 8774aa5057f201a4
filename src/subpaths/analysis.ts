export { type CatalogueEntry, encodingCatalogue } from '../analysis/catalogue';
export { contextReport } from '../analysis/context';
export {
  type ExtensionName,
  type ExtensionOptions,
  type ExtensionScheme,
  extensionSchemes,
} from '../analysis/context-schemes';
export type {
  ByStorage,
  ContextOptions,
  ContextPair,
  ContextReport,
  ContextVerdict,
} from '../analysis/context-types';
export { type AttentionDecay, attentionDecay, type DecayOptions } from '../analysis/decay';
export {
  type AdditiveSource,
  type EncodingShape,
  type EncodingSource,
  encodingShape,
  positionRows,
  type RopeSource,
  type WaveletSource,
} from '../analysis/encoding-source';
export {
  type LowPrecision,
  type PrecisionLoss,
  type PrecisionOptions,
  precisionLoss,
  precisionRanking,
  type RankedEncoding,
} from '../analysis/low-precision';
export { encodingProperties } from '../analysis/properties';
export type {
  BeyondTraining,
  EncodingProperties,
  LinearRelation,
  PropertyOptions,
  RelativeScores,
  ShiftResidual,
  UniqueRows,
  UniqueRowsByStorage,
} from '../analysis/properties-types';
export { crossSimilarity, similarityMatrix } from '../analysis/similarity';
export type { SimilarityTensors } from '../similarity/comparison';
export {
  createSimilarity,
  type Similarity,
  type SimilarityOptions,
  type SimilarityRunOptions,
} from '../similarity/kernel';
