/** What layers read and write, for tests of bindings and of the modules made for them. Nothing here uses a GPU. */
import type { PartName } from '../../src/qkv/part';
import { bindingsOf, type CallReads, type Role, type RoleName } from '../../src/qkv/stretches';
import { type Variant, variantKey, type Way } from '../../src/qkv/variant';

export const ways = ['chunks', 'words'] as const satisfies readonly Way[];

/** A call that reads nothing beside its tensors. */
export const noReads: CallReads = { ids: false, offsets: false, rows: false, step: false };

/** What calls may read: 16 kinds. */
export const kindsOfReads: readonly CallReads[] = Array.from({ length: 16 }, (_, bits) => ({
  ids: (bits & 1) !== 0,
  offsets: (bits & 2) !== 0,
  rows: (bits & 4) !== 0,
  step: (bits & 8) !== 0,
}));

/** As much of a buffer as bindings are computed from. */
export const bufferOf = (size: number): GPUBuffer => ({ size }) as GPUBuffer;

/** Buffers by name, each made at its first use. */
export function buffersOf(size: number): (name: string) => GPUBuffer {
  const made = new Map<string, GPUBuffer>();
  return (name) => {
    const buffer = made.get(name) ?? bufferOf(size);
    made.set(name, buffer);
    return buffer;
  };
}

/** The names of the buffers that the tensors of a layer lie in. */
export interface LayerBuffers {
  readonly q?: string;
  readonly k?: string;
  readonly v?: string;
  /** Absent: K is written where it lies. */
  readonly kCache?: string;
  readonly vCache?: string;
  readonly qWeight?: string;
  readonly kWeight?: string;
  readonly vWeight?: string;
}

/** The roles of a layer, as src/qkv/roles.ts has them. */
export function rolesIn(names: LayerBuffers, buffer: (name: string) => GPUBuffer): Role[] {
  const sources = { q: names.q, k: names.k, v: names.v };
  const caches = { q: undefined, k: names.kCache, v: names.vCache };
  const weights = { q: names.qWeight, k: names.kWeight, v: names.vWeight };
  return (['q', 'k', 'v'] as const satisfies readonly PartName[]).flatMap((part) => {
    const [source, cache, weight] = [sources[part], caches[part], weights[part]];
    if (source === undefined) return [];
    const role = (variable: RoleName, name: string, of: string, isWritten: boolean): Role => ({
      variable,
      part,
      name,
      buffer: buffer(of),
      isWritten,
    });
    return [
      role(part, part, source, cache === undefined),
      ...(part === 'q'
        ? []
        : [role(`${part}_cache`, cache === undefined ? part : `${part}.cache`, cache ?? source, true)]),
      ...(weight === undefined ? [] : [role(`${part}_weight`, `${part}.norm.weight`, weight, false)]),
    ];
  });
}

/** Where tensors of a layer may lie: apart or together. */
export function layersOfAllSorts(): LayerBuffers[] {
  const sources = [
    { q: 'q' },
    { k: 'k' },
    { v: 'v' },
    { q: 'q', k: 'k' },
    { q: 'q', v: 'v' },
    { k: 'k', v: 'v' },
    { q: 'q', k: 'k', v: 'v' },
    { q: 'packed', k: 'packed' },
    { q: 'packed', v: 'packed' },
    { k: 'packed', v: 'packed' },
    { q: 'packed', k: 'packed', v: 'packed' },
    { q: 'q', k: 'packed', v: 'packed' },
  ];
  const caches = [
    { kCache: 'k cache', vCache: 'v cache' },
    { kCache: 'cache', vCache: 'cache' },
    { vCache: 'v cache' },
    { kCache: 'packed', vCache: 'packed' },
    { vCache: 'k' },
  ];
  const weights = [
    {},
    { qWeight: 'q weight', kWeight: 'k weight', vWeight: 'v weight' },
    { qWeight: 'weights', kWeight: 'weights', vWeight: 'weights' },
    { kWeight: 'packed' },
  ];
  return sources.flatMap((each) =>
    caches.flatMap((cache) => weights.map((weight) => ({ ...each, ...cache, ...weight }))),
  );
}

/** Of those the ones that make another set of bindings. */
export function distinctLayers(): LayerBuffers[] {
  const keyOf = (names: LayerBuffers) => variantKey(variantFor(names, 'chunks', noReads));
  return [...new Map(layersOfAllSorts().map((names) => [keyOf(names), names])).values()];
}

/** The variant of a layer whose buffers all fit a binding. */
export function variantFor(names: LayerBuffers, way: Way, reads: CallReads): Variant {
  const roles = rolesIn(names, buffersOf(4096));
  const extents = roles.map(() => ({ begin: 0, end: 4096 }));
  return { way, bindings: bindingsOf(roles, extents, 2 ** 27), reads };
}

/** A layer in words, for the name of a test. */
export const inWords = (names: LayerBuffers): string =>
  Object.entries(names)
    .map(([key, of]) => `${key} in "${of}"`)
    .join(', ');
