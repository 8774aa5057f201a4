export { type Additive, type AdditiveOptions, createAdditive } from '../additive/additive';
export type { AdditiveEncodeOptions, AdditiveLayer } from '../additive/layer';
export type { AdditiveWeights } from '../additive/row-source';
export type { AdditiveTensor } from '../additive/rows-view';
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
