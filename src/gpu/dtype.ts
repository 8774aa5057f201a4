import type { Dtype } from '../reference/dtypes';

/** Element types the kernel rotates. f16 and bf16 need no device feature: they are read as words and computed in f32. */
export type RopeDtype = Dtype;

/** Every {@link RopeDtype}. The order is the numbering of the shader's DTYPE override. */
export const ropeDtypes: readonly RopeDtype[] = ['f32', 'f16', 'bf16'];

/** Bytes of one element. */
export function dtypeBytes(dtype: RopeDtype): 2 | 4 {
  return dtype === 'f32' ? 4 : 2;
}
