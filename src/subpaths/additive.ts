export { additiveEncoding } from '../encodings/encoding';
export { encodingRows } from '../encodings/rows';
export type {
  AdditiveEncoding,
  AdditiveEncodingInput,
  BinaryEncoding,
  IntegerEncoding,
  LearnedEncoding,
  SinusoidalEncoding,
} from '../encodings/types';
export { type Additive, type AdditiveOptions, createAdditive } from '../gpu/additive/additive';
export type { AdditiveEncodeOptions, AdditiveLayer } from '../gpu/additive/layer';
export type { AdditiveWeights } from '../gpu/additive/row-source';
export type { AdditiveTensor } from '../gpu/additive/rows-view';
