import type { DecodeSteps } from './decode-steps';

const code = `
@group(0) @binding(0) var<uniform> offset: u32;
@group(1) @binding(0) var<storage, read_write> words: array<u32>;
@compute @workgroup_size(1) fn nothing() { words[0] = offset; }`;

/**
 * The WebGPU calls that every encode makes, and nothing else, so many times a step: what a host layer that costs nothing
 * would take. setPipeline, two setBindGroup (one of them with a dynamic offset), dispatchWorkgroups.
 */
export function makeBareCalls(device: GPUDevice, layers: number): DecodeSteps {
  const layout = (buffer: GPUBufferBindingLayout): GPUBindGroupLayout =>
    device.createBindGroupLayout({ entries: [{ binding: 0, visibility: GPUShaderStage.COMPUTE, buffer }] });
  const layouts = [layout({ type: 'uniform', hasDynamicOffset: true }), layout({ type: 'storage' })];
  const pipeline = device.createComputePipeline({
    label: 'bench bare calls',
    layout: device.createPipelineLayout({ bindGroupLayouts: layouts }),
    compute: { module: device.createShaderModule({ code }), entryPoint: 'nothing' },
  });
  const uniform = device.createBuffer({ size: 2 ** 16, usage: GPUBufferUsage.UNIFORM });
  const storage = device.createBuffer({ size: 16, usage: GPUBufferUsage.STORAGE });
  const groups = [{ buffer: uniform, size: 256 }, { buffer: storage }].map((resource, i) =>
    device.createBindGroup({
      layout: layouts[i] as GPUBindGroupLayout,
      entries: [{ binding: 0, resource }],
    }),
  );
  const [parameters, tensors] = groups as [GPUBindGroup, GPUBindGroup];
  const offset = new Uint32Array(1);
  return {
    step: (pass) => {
      for (let i = 0; i < layers; i++) {
        offset[0] = (i % 256) * 256;
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, parameters, offset, 0, 1);
        pass.setBindGroup(1, tensors);
        pass.dispatchWorkgroups(1, 1);
      }
    },
    destroy: () => {
      uniform.destroy();
      storage.destroy();
    },
  };
}
