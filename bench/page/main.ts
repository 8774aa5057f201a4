/** The benchmark's page: hands a session on its device to whoever drives the browser (bench/page-host.ts). */
import { requestRopeDevice } from 'webgpu-rope';
import { type BenchSession, openSession } from '../harness';
import { loadPeer } from '../peers';

declare global {
  interface Window {
    bench: BenchSession;
    /** Set by the driver. */
    benchProgress?: (text: string) => void;
  }
}

// The features are for peers; webgpu-rope needs none. Whether the device is lost is the session's to tell.
const device = await requestRopeDevice({ optionalFeatures: ['shader-f16', 'subgroups'], onLost: () => {} });
window.bench = openSession(device, {
  loadPeer,
  loadOnnxQkv: async () => (await import('../peers/onnxruntime-qkv')).makeOnnxQkv,
  onProgress: (text) => window.benchProgress?.(text),
  freshDevice: () => requestRopeDevice({ onLost: () => {} }),
});
