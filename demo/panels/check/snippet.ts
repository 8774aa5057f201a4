import { literal } from '../../literal';
import type { Choice } from './choice';
import type { Model } from './model';

/** The calls that do what this choice does, to be pasted into an engine. */
export function snippetOf({ preset, config }: Model, { tokens, dtype, start }: Choice): string {
  const json = literal(preset.config);
  const partial =
    config.rotaryDim < config.headDim ? ` // ${config.rotaryDim} of ${config.headDim} elements turn` : '';
  return `import { createRope, requestRopeDevice, ropeConfigFromHuggingFace } from 'webgpu-rope';

// Once a model. config.json as published, or the keys of it that matter here:
const config = ropeConfigFromHuggingFace(${json});${partial}
const device = await requestRopeDevice(); // or your engine's own
const rope = await createRope(device, config, { dtypes: ['${dtype}'] });

// Once a layer. q and k are your GPUBuffers, [tokens, heads, ${config.headDim}] of ${dtype}:
const layer = rope.bind({
  q: { buffer: q, heads: ${preset.qHeads} },
  k: { buffer: k, heads: ${preset.kHeads} },
  dtype: '${dtype}',
});

// Each step, in your own encoder: nothing is compiled, created or submitted.
const encoder = device.createCommandEncoder();
const pass = encoder.beginComputePass();
layer.encode(pass, { tokens: ${tokens}, start: ${start} });
pass.end();
device.queue.submit([encoder.finish()]);
`;
}
