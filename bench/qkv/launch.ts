/** A kernel of the benchmark in one shape of its workgroups, bound and ready to be encoded. */

export interface BoundKernel {
  readonly code: string;
  readonly entry: string;
  readonly constants: Readonly<Record<string, number>>;
  readonly params: Uint32Array<ArrayBuffer>;
  /** What the bindings from 1 on are. */
  readonly buffers: readonly GPUBuffer[];
  /** Workgroups along x and y. */
  readonly grid: readonly [number, number];
}

export interface Launch {
  encode(pass: GPUComputePassEncoder): void;
  destroy(): void;
}

/** Workgroups as a grid no wider than the device allows. */
export function gridOf(device: GPUDevice, workgroups: number): readonly [width: number, height: number] {
  const width = Math.min(workgroups, device.limits.maxComputeWorkgroupsPerDimension);
  return [width, Math.ceil(workgroups / width)];
}

export async function makeLaunch(device: GPUDevice, kernel: BoundKernel): Promise<Launch> {
  const { code, entry, constants, params: words, buffers, grid } = kernel;
  const label = `bench ${entry}`;
  const pipeline = await device.createComputePipelineAsync({
    label,
    layout: 'auto',
    compute: { module: device.createShaderModule({ label, code }), entryPoint: entry, constants },
  });
  const params = device.createBuffer({
    label,
    size: Math.ceil(words.byteLength / 16) * 16,
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(params, 0, words);
  const group = device.createBindGroup({
    label,
    layout: pipeline.getBindGroupLayout(0),
    entries: [params, ...buffers].map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  return {
    encode: (pass) => {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(...(grid as [number, number]));
    },
    destroy: () => params.destroy(),
  };
}
