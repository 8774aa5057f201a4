/** Every peer, in the order of the table; the npm packages that each one brings. Loads none of them. */
export const peerPackages: Readonly<Record<string, readonly string[]>> = {
  'onnxruntime-web': ['onnxruntime-web'],
  'tensorflow.js': ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-webgpu'],
  'naive-table': [],
  'naive-trig': [],
};

/** Names that `--subject` takes, beside webgpu-rope and the ceiling, which are always measured. */
export const peerNames: readonly string[] = Object.keys(peerPackages);
