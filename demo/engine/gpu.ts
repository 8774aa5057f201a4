/** The little of WebGPU that an engine needs: buffers, and kernels bound to them. */
import { uploadTensor } from 'webgpu-rope';

/** A kernel bound to its buffers. */
export interface Call {
  /** Appends a dispatch of this many workgroups. */
  run(pass: GPUComputePassEncoder, x: number, y?: number): void;
}

/** An entry point of a module, with values for its overrides. Buffers are given by their binding numbers. */
export type Kernel = (buffers: Readonly<Record<number, GPUBuffer>>) => Call;

/** Everything that an engine makes on a device; its buffers go with one `destroy`. */
export class Workshop {
  private readonly buffers: GPUBuffer[] = [];

  constructor(readonly device: GPUDevice) {}

  /** A storage buffer of so many elements of 4 bytes, zeroed; or of these. */
  buffer(label: string, content: number | Float32Array): GPUBuffer {
    const values = typeof content === 'number' ? new Float32Array(content) : content;
    const buffer = uploadTensor(this.device, values, 'f32', { label });
    this.buffers.push(buffer);
    return buffer;
  }

  /** Returns what compiles the kernels of a module. */
  compiler(code: string): (entryPoint: string, constants: Record<string, number>) => Promise<Kernel> {
    const { device } = this;
    const module = device.createShaderModule({ code });
    return async (entryPoint, constants) => {
      const compute = { module, entryPoint, constants };
      const pipeline = await device.createComputePipelineAsync({
        label: entryPoint,
        layout: 'auto',
        compute,
      });
      return (buffers) => {
        const layout = pipeline.getBindGroupLayout(0);
        const entries = Object.entries(buffers).map(([at, buffer]) => ({
          binding: +at,
          resource: { buffer },
        }));
        const group = device.createBindGroup({ label: entryPoint, layout, entries });
        return {
          run(pass, x, y = 1) {
            pass.setPipeline(pipeline);
            pass.setBindGroup(0, group);
            pass.dispatchWorkgroups(x, y);
          },
        };
      };
    };
  }

  /** Submits what is encoded into one pass. */
  submit(encode: (pass: GPUComputePassEncoder) => void): void {
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    encode(pass);
    pass.end();
    this.device.queue.submit([encoder.finish()]);
  }

  destroy(): void {
    for (const buffer of this.buffers) buffer.destroy();
  }
}
