/** Reads a sampling heap profile: who allocated how much. Pure. */

/** What `HeapProfiler.stopSampling` gives, as far as it is read here. */
export interface HeapNode {
  readonly callFrame: { readonly functionName: string; readonly url: string };
  /** Bytes allocated by this function itself, called along this path. */
  readonly selfSize: number;
  readonly children: readonly HeapNode[];
}

/**
 * `webgpu-rope`: our modules and the JavaScript built-ins they call. `harness`: the benchmark, and WebGPU's wrappers of what
 * it creates (encoders, passes, command buffers). `rest`: the browser's own scripts and what has no function.
 */
export type HeapOwner = 'webgpu-rope' | 'harness' | 'rest';

/** One function of ours that allocates. */
export interface HeapSpot {
  /** For example "encode (src/gpu/layer.ts)". */
  readonly where: string;
  readonly bytes: number;
}

/** Bytes by owner, and our own functions, the largest first. */
export interface HeapShares {
  readonly bytes: Readonly<Record<HeapOwner, number>>;
  readonly spots: readonly HeapSpot[];
}

/** Deals a profile out among its owners. A built-in, which has no address, counts for the function that called it. */
export function heapShares(root: HeapNode): HeapShares {
  const bytes: Record<HeapOwner, number> = { 'webgpu-rope': 0, harness: 0, rest: 0 };
  const spots = new Map<string, number>();
  const walk = (node: HeapNode, caller: { owner: HeapOwner; where: string }): void => {
    const { functionName, url } = node.callFrame;
    const name = functionName || '(anonymous)';
    const path = /\/((?:src|bench|test)\/[^?]+)/.exec(url)?.[1];
    const self = path
      ? { owner: ownerOf(path), where: `${name} (${path})` }
      : url !== ''
        ? { owner: 'rest' as const, where: name }
        : { owner: caller.owner, where: caller.where === '' ? name : `${caller.where} > ${name}` };
    bytes[self.owner] += node.selfSize;
    if (self.owner === 'webgpu-rope' && node.selfSize > 0) {
      spots.set(self.where, (spots.get(self.where) ?? 0) + node.selfSize);
    }
    for (const child of node.children) walk(child, self);
  };
  walk(root, { owner: 'rest', where: '' });
  const sorted = [...spots]
    .map(([where, size]) => ({ where, bytes: size }))
    .sort((a, b) => b.bytes - a.bytes);
  return { bytes, spots: sorted };
}

function ownerOf(path: string): HeapOwner {
  return path.startsWith('src/') ? 'webgpu-rope' : 'harness';
}
