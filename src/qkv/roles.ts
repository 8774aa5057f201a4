import { bytesPerElement } from '../dtypes';
import type { Box } from '../kernel/box';
import type { TensorView } from '../rope/tensor';
import type { QkvCore } from './core';
import type { PartView } from './part';
import type { Extent, Role, RoleName } from './stretches';

/** A role, and where its bytes are found. */
export interface QkvRole extends Role {
  /** `source`: the tokens of the call; `whole`: all rows that were placed; `weights`: does not depend on the call. */
  readonly kind: 'source' | 'whole' | 'weights';
  readonly view: TensorView | null;
  /** Of weights. */
  readonly extent: Readonly<Extent>;
}

const nowhere: Extent = { begin: 0, end: 0 };

/** What the parts of a layer read and write. Weights that are numbers are uploaded, all to one buffer. */
export function rolesOf(core: QkvCore, parts: readonly PartView[]): QkvRole[] {
  const arrays = parts.flatMap(({ norm }) => (norm?.weight instanceof Float32Array ? [norm.weight] : []));
  const uploaded = arrays.length > 0 ? core.weightsOf(arrays) : null;
  return parts.flatMap((part) => {
    const { name, source, cache, norm } = part;
    const isInPlace = cache === null;
    const to = cache ?? source;
    const common = { part: name, extent: nowhere };
    const sourceKind = part.isAtRows ? ('whole' as const) : ('source' as const);
    const roles: QkvRole[] = [
      {
        ...common,
        variable: name,
        name,
        buffer: source.buffer,
        isWritten: isInPlace,
        kind: sourceKind,
        view: source,
      },
    ];
    if (name !== 'q') {
      const kind = isInPlace ? sourceKind : 'whole';
      const variable: RoleName = `${name}_cache`;
      roles.push({ ...common, variable, name: to.name, buffer: to.buffer, isWritten: true, kind, view: to });
    }
    if (norm?.weight) {
      const isNumbers = norm.weight instanceof Float32Array;
      const buffer = isNumbers ? (uploaded?.buffer as GPUBuffer) : norm.weight;
      const bytes = bytesPerElement(norm.dtype);
      const begin = isNumbers ? (uploaded?.begins.get(norm.weight) as number) : norm.offset * bytes;
      const extent = { begin, end: begin + norm.size * bytes };
      const variable: RoleName = `${name}_weight`;
      roles.push({
        part: name,
        variable,
        name: `${name}.norm.weight`,
        buffer,
        isWritten: false,
        kind: 'weights',
        view: null,
        extent,
      });
    }
    return roles;
  });
}

/** Sets the bytes that a role spans for a box of sequences and tokens. Allocates nothing. */
export function setExtent({ kind, view, extent }: QkvRole, { at, counts }: Box, into: Extent): void {
  if (view === null) {
    into.begin = extent.begin;
    into.end = extent.end;
    return;
  }
  if (kind === 'whole') {
    into.begin = view.begin * view.bytes;
    into.end = view.endByte;
    return;
  }
  const { strides, headDim, heads, bytes } = view;
  const begin = view.begin + at[0] * strides[0] + at[1] * strides[1];
  const length =
    (counts[0] - 1) * strides[0] + (counts[1] - 1) * strides[1] + (heads - 1) * strides[2] + headDim;
  into.begin = begin * bytes;
  into.end = (begin + length) * bytes;
}
