import type { MakePeer } from './peer';

export type { MakePeer, Peer } from './peer';

/** What webgpu-rope is measured against, each loaded when asked for. */
const loaders: Readonly<Record<string, () => Promise<MakePeer>>> = {
  'onnxruntime-web': async () => (await import('./onnxruntime')).makeOnnxRuntimePeer,
  'tensorflow.js': async () => (await import('./tensorflow')).makeTensorFlowPeer,
  'naive-table': async () => (await import('./naive')).makeNaiveTablePeer,
  'naive-trig': async () => (await import('./naive')).makeNaiveTrigPeer,
};

/** @throws {RangeError} there is no peer of that name */
export async function loadPeer(name: string): Promise<MakePeer> {
  const load = loaders[name];
  if (!load) throw new RangeError(`peer: expected ${Object.keys(loaders).join(', ')}, got "${name}"`);
  return load();
}
