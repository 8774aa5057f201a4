import { bytesPerElement } from '../dtypes';
import type { TensorView } from '../rope/tensor';
import type { PartWords, PlaceWords } from './params';
import type { PartView } from './part';
import type { Bindings, Role, RoleName, Stretch } from './stretches';
import type { Way } from './variant';

/** Where parts are written, and in what they are counted. */
export interface PartPlacement {
  readonly way: Way;
  readonly words: Uint32Array;
  readonly floats: Float32Array;
}

/** Elements of a run. */
const run = 8;

/** Units of a head in qkv_chunks: those that rotate, then what is left. */
export function unitsOf({ rotaryDim, headDim, writesAll }: PartView): number {
  const rotated = rotaryDim / (2 * run);
  return writesAll ? rotated + Math.ceil((headDim - rotaryDim) / run / 2) : rotated;
}

/** Writes struct Part, whose words are 0 before. Allocates nothing. */
export function writePart(
  at: PartWords,
  part: PartView,
  roles: readonly Role[],
  bindings: Bindings,
  { way, words, floats }: PartPlacement,
): void {
  const { name, source, cache, norm, headDim } = part;
  const isChunked = way === 'chunks';
  const unitBytes = isChunked ? 16 : 4;
  const to = cache ?? source;
  writePlace(words, at.origin, source, offsetOf(name, roles, bindings), unitBytes, false);
  const written: RoleName = name === 'q' ? 'q' : name === 'k' ? 'k_cache' : 'v_cache';
  writePlace(words, at.to, to, offsetOf(written, roles, bindings), unitBytes, part.isShared);
  words[at.heads] = part.heads;
  words[at.size] = isChunked ? headDim / run : headDim;
  words[at.rotary] = isChunked ? part.rotaryOffset / run : part.rotaryOffset;
  words[at.units] = isChunked ? unitsOf(part) : part.writesAll ? 1 : 0;
  words[at.comes_from_row] = part.isAtRows ? 1 : 0;
  words[at.goes_to_row] = part.capacity === undefined ? 0 : 1;
  if (norm === null) return;
  words[at.norm.over] = norm.isOverHeads ? 2 : 1;
  floats[at.norm.epsilon] = norm.epsilon;
  floats[at.norm.share] = 1 / norm.size;
  if (norm.weight === null) return;
  const variable: RoleName = name === 'q' ? 'q_weight' : name === 'k' ? 'k_weight' : 'v_weight';
  const bytes = bytesPerElement(norm.dtype);
  const begin = norm.offset * bytes - offsetOf(variable, roles, bindings);
  words[at.norm.has_weights] = 1;
  words[at.norm.weight] = begin / (isChunked ? 16 : bytes);
  floats[at.norm.plus] = norm.isOnePlus ? 1 : 0;
}

/** Byte of its buffer at which the binding of a role begins. */
function offsetOf(variable: RoleName, roles: readonly Role[], { stretches, of }: Bindings): number {
  for (let i = 0; i < roles.length; i++) {
    if ((roles[i] as Role).variable === variable) return (stretches[of[i] as number] as Stretch).offset;
  }
  return 0;
}

/** A base may be negative where the tokens at hand are bound from later on: the sums wrap, in the shader as well. */
function writePlace(
  words: Uint32Array,
  at: PlaceWords,
  { begin, bytes, strides }: TensorView,
  offset: number,
  unitBytes: number,
  isShared: boolean,
): void {
  words[at.base] = (begin * bytes - offset) / unitBytes;
  words[at.token] = (strides[1] * bytes) / unitBytes;
  words[at.sequence] = isShared ? 0 : (strides[0] * bytes) / unitBytes;
  words[at.head] = (strides[2] * bytes) / unitBytes;
}
