import type { RopeDtype } from '../dtypes';
import type { RopeTensor } from './tensor';

/** What {@link Rope.bind} takes: Q, K or both, in the engine's own buffers. */
export interface RopeBinding {
  readonly q?: RopeTensor;
  readonly k?: RopeTensor;
  /** One of the `dtypes` the rope was created with. */
  readonly dtype: RopeDtype;
  /** Elements in a head of these tensors, at least `rotaryDim`. Default the config's `headDim`. */
  readonly headDim?: number;
}
