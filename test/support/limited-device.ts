import { requestAdapter } from './gpu';

/**
 * A device that says it has smaller limits than it has, so that small tensors meet them, and odd ones, which an adapter may not
 * offer. What is bound past the limit throws, as a real device of these limits would refuse it.
 */
export async function limitedDevice(
  limits: Partial<Record<keyof GPUSupportedLimits, number>>,
): Promise<GPUDevice> {
  const device = await (await requestAdapter()).requestDevice({ label: 'limited test device' });
  const own: Record<string, number> = {};
  for (const key in device.limits) own[key] = device.limits[key as 'maxBufferSize'];
  Object.defineProperty(device, 'limits', { value: { ...own, ...limits } });
  const most = limits.maxStorageBufferBindingSize ?? device.limits.maxStorageBufferBindingSize;
  const createBindGroup = device.createBindGroup.bind(device);
  Object.defineProperty(device, 'createBindGroup', {
    value: (descriptor: GPUBindGroupDescriptor) => {
      for (const { resource } of descriptor.entries) {
        const { buffer, offset = 0, size } = resource as GPUBufferBinding;
        const bytes = size ?? buffer.size - offset;
        if ((buffer.usage & GPUBufferUsage.STORAGE) !== 0 && bytes > most)
          throw new RangeError(`a binding of ${bytes} bytes, past the limit ${most}`);
        if (offset % 256 !== 0 || bytes % 4 !== 0 || bytes === 0)
          throw new RangeError(`a binding of ${bytes} bytes from ${offset} on`);
      }
      return createBindGroup(descriptor);
    },
  });
  device.addEventListener('uncapturederror', ({ error }) => reportError(new Error(error.message)));
  return device;
}
