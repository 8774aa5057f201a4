import { requestAdapter } from './gpu';

/** A call on a device or its queue, and the label of what it made. */
interface Created {
  readonly method: string;
  readonly label: string;
}

/** A device of its own: its create* calls, its submits and waits are written down, and the offsets of its writes. */
export async function watchedDevice(): Promise<{ device: GPUDevice; created: Created[]; writes: number[] }> {
  const device = await (await requestAdapter()).requestDevice();
  const created: Created[] = [];
  const methods = [
    'createBuffer',
    'createBindGroup',
    'createBindGroupLayout',
    'createPipelineLayout',
    'createShaderModule',
    'createComputePipeline',
    'createComputePipelineAsync',
    'createCommandEncoder',
  ] as const;
  for (const method of methods) {
    const original = device[method].bind(device) as (descriptor?: GPUObjectDescriptorBase) => unknown;
    Object.defineProperty(device, method, {
      value: (descriptor?: GPUObjectDescriptorBase) => {
        created.push({ method, label: descriptor?.label ?? '' });
        return original(descriptor);
      },
    });
  }
  const writes: number[] = [];
  const write = device.queue.writeBuffer.bind(device.queue);
  Object.defineProperty(device.queue, 'writeBuffer', {
    value: (...args: Parameters<GPUQueue['writeBuffer']>) => {
      writes.push(args[1]);
      write(...args);
    },
  });
  for (const method of ['submit', 'onSubmittedWorkDone'] as const) {
    const original = device.queue[method].bind(device.queue) as (...args: unknown[]) => unknown;
    Object.defineProperty(device.queue, method, {
      value: (...args: unknown[]) => {
        created.push({ method, label: '' });
        return original(...args);
      },
    });
  }
  return { device, created, writes };
}
