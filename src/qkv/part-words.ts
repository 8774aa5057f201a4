import { bytesPerElement } from '../dtypes';
import type { TensorView } from '../rope/tensor';
import type { PartWords, PlaceWords } from './params';
import type { PartView } from './part';
import type { QkvRole } from './roles';
import type { Bindings, Role, RoleName, Stretch } from './stretches';
import type { Way } from './variant';

/** Where parts are written, and in what they are counted. One record, reused. */
export interface PartPlacement {
  readonly way: Way;
  readonly words: Uint32Array;
  readonly floats: Float32Array;
  /** Byte of its buffer at which the binding of the tensor at hand begins. */
  offset: number;
}

/** Elements of a run. */
const run = 8;

/** Units of a head in qkv_chunks: those that rotate, then what is left. */
export function unitsOf({ rotaryDim, headDim, writesAll }: PartView): number {
  const rotated = rotaryDim / (2 * run);
  return writesAll ? rotated + Math.ceil((headDim - rotaryDim) / run / 2) : rotated;
}

/** Writes struct Part, whose words are 0 before. Allocates nothing. */
export function writePart(at: PartWords, part: PartView, bindings: Bindings, placement: PartPlacement): void {
  const { way, words, floats } = placement;
  const { name, source, cache, norm, headDim } = part;
  const isChunked = way === 'chunks';
  const to = cache ?? source;
  placement.offset = offsetOf(name, bindings);
  writePlace(placement, at.origin, source);
  const written: RoleName = name === 'q' ? 'q' : name === 'k' ? 'k_cache' : 'v_cache';
  placement.offset = offsetOf(written, bindings);
  writePlace(placement, at.to, to);
  if (part.isShared) words[at.to.sequence] = 0;
  words[at.heads] = part.heads;
  words[at.size] = isChunked ? headDim / run : headDim;
  words[at.rotary] = isChunked ? part.rotaryOffset / run : part.rotaryOffset;
  words[at.units] = isChunked ? unitsOf(part) : part.writesAll ? 1 : 0;
  words[at.comes_from_row] = part.isAtRows ? 1 : 0;
  words[at.goes_to_row] = part.capacity === undefined ? 0 : 1;
  if (norm === null) return;
  floats[at.norm.epsilon] = norm.epsilon;
  floats[at.norm.share] = 1 / norm.size;
  if (norm.weight === null) return;
  const variable: RoleName = name === 'q' ? 'q_weight' : name === 'k' ? 'k_weight' : 'v_weight';
  const role = roleOf(variable, bindings);
  const begin = (bindings.roles[role] as QkvRole).extent.begin - offsetOf(variable, bindings);
  words[at.norm.weight] = begin / (isChunked ? 16 : bytesPerElement(norm.dtype));
  floats[at.norm.plus] = norm.isOnePlus ? 1 : 0;
}

/** Byte of its buffer at which the binding of a role begins. */
function offsetOf(variable: RoleName, bindings: Bindings): number {
  const { stretches, of } = bindings;
  return (stretches[of[roleOf(variable, bindings)] as number] as Stretch).offset;
}

/** Index of the role of a variable, which there is. */
function roleOf(variable: RoleName, { roles }: Bindings): number {
  let index = 0;
  while ((roles[index] as Role).variable !== variable) index++;
  return index;
}

/** A base may be negative where the tokens at hand are bound from later on: the sums wrap, in the shader as well. */
function writePlace(
  { way, words, offset }: PartPlacement,
  at: PlaceWords,
  { begin, bytes, strides }: TensorView,
): void {
  const unitBytes = way === 'chunks' ? 16 : 4;
  words[at.base] = (begin * bytes - offset) / unitBytes;
  words[at.token] = (strides[1] * bytes) / unitBytes;
  words[at.sequence] = (strides[0] * bytes) / unitBytes;
  words[at.head] = (strides[2] * bytes) / unitBytes;
}
