import type { Box } from '../kernel/box';
import type { WordsOf } from '../kernel/layout';
import type { tensorLayout } from './params';
import type { TensorView } from './tensor';

/** The part of a tensor that a launch rotates. One record a layer, reused. */
export interface Piece {
  /** Byte of the buffer at which it is bound. */
  begin: number;
  /** Elements in what offsets and strides count: chunks or words. */
  perUnit: number;
  /** Whether rows are sequences and slices tokens (shaders/lib/items.wgsl), or the other way round. */
  rowsAreSequences: boolean;
  /** Null for all that was placed. */
  box: Box | null;
}

/** Writes struct Tensor; no heads where the launch has no such tensor. */
export function writeTensor(
  words: Uint32Array,
  at: WordsOf<typeof tensorLayout.fields>,
  view: TensorView | null,
  { begin, perUnit, rowsAreSequences, box }: Piece,
): void {
  if (view === null) {
    words.fill(0, at.base, at.heads + 1);
    return;
  }
  const first = box ? view.begin + view.offsetOf(box.at) : view.begin;
  words[at.base] = (first + view.rotaryBegin - begin / view.bytes) / perUnit;
  words[at.row_stride] = view.strides[rowsAreSequences ? 0 : 1] / perUnit;
  words[at.slice_stride] = view.strides[rowsAreSequences ? 1 : 0] / perUnit;
  words[at.head_stride] = view.strides[2] / perUnit;
  words[at.heads] = box ? box.counts[2] : view.heads;
}
