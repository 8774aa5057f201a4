import type { StorageArray } from '../../src/dtypes';

/** The bits of a stored tensor, as a view of the same memory. NaN payloads survive only in bits. */
export function bitsOf(storage: StorageArray): Uint32Array | Uint16Array {
  if (storage instanceof Uint16Array) return storage;
  return new Uint32Array(storage.buffer, storage.byteOffset, storage.length);
}
