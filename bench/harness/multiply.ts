import wgsl from '../shaders/multiply.wgsl?raw';
import { tensorBuffer } from './data';
import type { EncodedSubject } from './subject';

/** How the multiply spreads its work. */
export interface MultiplyShape {
  readonly workgroupSize: number;
  /** 16-byte chunks of Q that an invocation walks. */
  readonly chunks: number;
  /** Whether a step of the walk takes four chunks or one. */
  readonly byFour: boolean;
}

/** The tensors that multiplies of every shape work on. */
export interface MultiplyTensors {
  readonly q: GPUBuffer;
  readonly k: GPUBuffer;
  destroy(): void;
}

const modules = new WeakMap<GPUDevice, GPUShaderModule>();

/** Allocates tensors and fills them with ones. Sizes are rounded up to whole chunks. */
export function multiplyTensors(device: GPUDevice, bytes: { q: number; k: number }): MultiplyTensors {
  const make = (label: string, size: number): GPUBuffer => {
    const buffer = tensorBuffer(device, label, Math.ceil(size / 16) * 16);
    const block = new Float32Array(Math.min(2 ** 20, buffer.size / 4)).fill(1);
    for (let at = 0; at < buffer.size; at += block.byteLength) {
      device.queue.writeBuffer(buffer, at, block, 0, Math.min(block.length, (buffer.size - at) / 4));
    }
    return buffer;
  };
  const q = make('bench ceiling Q', bytes.q);
  const k = make('bench ceiling K', bytes.k);
  return {
    q,
    k,
    destroy: () => {
      q.destroy();
      k.destroy();
    },
  };
}

/** The multiply of one shape over these tensors. A factor of 1 keeps them in range however often it runs. */
export async function makeMultiply(
  device: GPUDevice,
  { q, k }: MultiplyTensors,
  shape: MultiplyShape,
  factor = 1,
): Promise<EncodedSubject> {
  let module = modules.get(device);
  if (!module) {
    module = device.createShaderModule({ label: 'bench multiply', code: wgsl });
    modules.set(device, module);
  }
  const { workgroupSize, byFour } = shape;
  const pipeline = await device.createComputePipelineAsync({
    label: `bench multiply ${workgroupSize}`,
    layout: 'auto',
    compute: {
      module,
      entryPoint: 'multiply',
      constants: { WORKGROUP: workgroupSize, FOUR: byFour ? 1 : 0 },
    },
  });
  const invocations = Math.ceil(q.size / 16 / shape.chunks);
  const workgroups = Math.ceil(invocations / workgroupSize);
  const width = Math.min(workgroups, device.limits.maxComputeWorkgroupsPerDimension);
  const words = new Uint32Array([q.size / 16, k.size / 16, width, invocations, 0, 0, 0, 0]);
  new Float32Array(words.buffer)[4] = factor;
  const params = device.createBuffer({
    label: 'bench multiply parameters',
    size: words.byteLength,
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(params, 0, words);
  const group = device.createBindGroup({
    label: 'bench multiply',
    layout: pipeline.getBindGroupLayout(0),
    entries: [params, q, k].map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  return {
    name: `multiply ${workgroupSize} x ${shape.chunks}${byFour ? ' by four' : ''}`,
    encode: (pass) => {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(width, Math.ceil(workgroups / width));
    },
  };
}
