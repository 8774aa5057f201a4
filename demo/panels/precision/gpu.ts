/** The same points, computed by the GPU at hand: by trigonometry in a shader, and by this package's kernel. */

import { createRope, readTensor, uploadTensor } from 'webgpu-rope';
import code from './probe.wgsl?raw';
import { positionsOf, type Run } from './recipes';

export interface GpuPoints {
  /** Trigonometry in the shader, frequencies from a buffer. */
  readonly read: Float32Array;
  /** Trigonometry in the shader, frequencies by pow() there. */
  readonly power: Float32Array;
  /** The package's kernel on pairs (1, 0). */
  readonly kernel: Float32Array;
}

interface Probe {
  readonly layout: GPUBindGroupLayout;
  readonly read: GPUComputePipeline;
  readonly power: GPUComputePipeline;
}

const probes = new WeakMap<GPUDevice, Promise<Probe>>();

/**
 * @param frequencies Inverse frequencies of `theta` and `dim`, in float64; the probe reads them rounded to float32.
 * @returns Points of all positions of the runs, in their order.
 */
export async function pointsOnGpu(
  device: GPUDevice,
  { theta, dim }: { readonly theta: number; readonly dim: number },
  frequencies: Float64Array,
  runs: readonly Run[],
): Promise<GpuPoints> {
  const probe = await probeOf(device);
  // Interleaved pairs: a head of (1, 0, 1, 0, …) becomes its cosines and sines in turn. Only the tables are made anew
  // each time; the device keeps the pipeline.
  const rope = await createRope(device, { headDim: dim, theta, pairing: 'interleaved' }, { dtypes: ['f32'] });
  const positions = positionsOf(runs);
  const pairs = dim / 2;
  const count = positions.length * pairs;
  const owned: GPUBuffer[] = [];
  const own = (buffer: GPUBuffer): GPUBuffer => {
    owned.push(buffer);
    return buffer;
  };
  const upload = (label: string, data: Uint32Array | Float32Array, usage: number): GPUBuffer => {
    const buffer = own(device.createBuffer({ label, size: data.byteLength, usage, mappedAtCreation: true }));
    new Uint8Array(buffer.getMappedRange()).set(
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    );
    buffer.unmap();
    return buffer;
  };
  try {
    const params = new Uint32Array([pairs, count, 0, 0]);
    new Float32Array(params.buffer)[2] = theta;
    const inputs = [
      upload('probe parameters', params, GPUBufferUsage.UNIFORM),
      upload('probe positions', positions, GPUBufferUsage.STORAGE),
      upload('probe frequencies', Float32Array.from(frequencies), GPUBufferUsage.STORAGE),
    ];
    // Poisoned, so that a point that nobody wrote shows.
    const empty = new Float32Array(2 * count).fill(Number.NaN);
    const outputs = [0, 1].map(() => own(uploadTensor(device, empty, 'f32', { label: 'probe points' })));
    const unit = Float32Array.from({ length: 2 * count }, (_, at) => 1 - (at % 2));
    const turned = own(uploadTensor(device, unit, 'f32', { label: 'unit pairs' }));

    const encoder = device.createCommandEncoder({ label: 'precision' });
    const pass = encoder.beginComputePass({ label: 'precision' });
    for (const [at, pipeline] of [probe.read, probe.power].entries()) {
      const buffers = [...inputs, outputs[at] as GPUBuffer];
      const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, device.createBindGroup({ label: 'probe', layout: probe.layout, entries }));
      pass.dispatchWorkgroups(Math.ceil(count / 64));
    }
    const layer = rope.bind({ q: { buffer: turned, heads: 1 }, dtype: 'f32' });
    let row = 0;
    for (const { first, last } of runs) {
      const tokens = last - first + 1;
      layer.encode(pass, { tokens, start: first, qFirst: row });
      row += tokens;
    }
    pass.end();
    device.queue.submit([encoder.finish()]);
    const [read, power, kernel] = (await Promise.all(
      [...outputs, turned].map((buffer) => readTensor(device, buffer, 'f32')),
    )) as [Float32Array, Float32Array, Float32Array];
    return { read, power, kernel };
  } finally {
    for (const buffer of owned) buffer.destroy();
    rope.destroy();
  }
}

function probeOf(device: GPUDevice): Promise<Probe> {
  let probe = probes.get(device);
  if (!probe) {
    probe = compile(device);
    probes.set(device, probe);
  }
  return probe;
}

async function compile(device: GPUDevice): Promise<Probe> {
  const module = device.createShaderModule({ label: 'probe', code });
  const types: readonly GPUBufferBindingType[] = [
    'uniform',
    'read-only-storage',
    'read-only-storage',
    'storage',
  ];
  const layout = device.createBindGroupLayout({
    label: 'probe',
    entries: types.map((type, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type },
    })),
  });
  const pipelineLayout = device.createPipelineLayout({ label: 'probe', bindGroupLayouts: [layout] });
  const pipeline = (entryPoint: string): Promise<GPUComputePipeline> =>
    device.createComputePipelineAsync({
      label: `probe ${entryPoint}`,
      layout: pipelineLayout,
      compute: { module, entryPoint },
    });
  const [read, power] = await Promise.all([pipeline('frequency_read'), pipeline('frequency_power')]);
  return { layout, read, power };
}
