import { checkKeys } from '../errors';
import { lossOf } from './loss';

/** Choices for {@link requestRopeDevice}; every one may be left out. */
export interface RopeDeviceOptions {
  /** Which adapter where there are several. Default `high-performance`. */
  readonly powerPreference?: GPUPowerPreference;
  /** Where WebGPU is reached: `navigator.gpu` by default; Dawn's `create([])` under Node. */
  readonly gpu?: GPU;
  /** Features asked for if the adapter has them, on top of `timestamp-query` and `shader-f16`. The package itself
   * needs none; with `shader-f16` it converts f16 by the device's own type, where that passes a probe. */
  readonly optionalFeatures?: readonly GPUFeatureName[];
  /** Label of the device. Default `webgpu-rope`. */
  readonly label?: string;
  /** Called once when the device is lost other than by `device.destroy()`. Default: a warning on the console. */
  readonly onLost?: (info: GPUDeviceLostInfo) => void;
}

/**
 * Under Node, Dawn ends when the GPU that `create` returned is collected, and the process crashes at the next use of a device:
 * whoever has the device has its GPU.
 */
const gpuOfDevice = new WeakMap<GPUDevice, GPU>();

const optionKeys = ['powerPreference', 'gpu', 'optionalFeatures', 'label', 'onLost'];

/**
 * Requests a device fit for RoPE: a convenience, since any device with default limits and no features will do.
 *
 * Buffer size limits are raised to what the adapter has, so that large tensors need no splitting; where the implementation
 * refuses that, they are the default ones.
 *
 * @throws {TypeError} there is no WebGPU here, or it has no adapter; the message says what to try
 * @example const device = await requestRopeDevice({ onLost: (info) => restart(info.message) });
 */
export async function requestRopeDevice(options: RopeDeviceOptions = {}): Promise<GPUDevice> {
  checkKeys('options', options, optionKeys);
  const { powerPreference = 'high-performance', label = 'webgpu-rope', optionalFeatures = [] } = options;
  const gpu = options.gpu ?? (globalThis.navigator as Navigator | undefined)?.gpu;
  if (!gpu) {
    const why =
      globalThis.isSecureContext === false
        ? 'this page is not a secure context (use https or localhost)'
        : 'this browser or runtime has none (try a current Chrome, Edge, Safari or Firefox)';
    throw new TypeError(`navigator.gpu: expected WebGPU, got ${String(gpu)}: ${why}`);
  }
  const adapter = await gpu.requestAdapter({ powerPreference });
  if (!adapter) {
    throw new TypeError(
      'adapter: expected a GPUAdapter, got null: WebGPU is there but offers no GPU (see chrome://gpu or about:support)',
    );
  }
  const wanted = new Set<GPUFeatureName>(['timestamp-query', 'shader-f16', ...optionalFeatures]);
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const descriptor = {
    label,
    requiredFeatures: [...wanted].filter((feature) => adapter.features.has(feature)),
  };
  const requiredLimits = { maxBufferSize, maxStorageBufferBindingSize };
  // Bun's implementation refuses every limit: default ones serve as well. An adapter gives one device, so a failure of another
  // kind fails again.
  const device = await adapter
    .requestDevice({ ...descriptor, requiredLimits })
    .catch(() => adapter.requestDevice(descriptor));
  gpuOfDevice.set(device, gpu);
  lossOf(device);
  const onLost =
    options.onLost ?? ((info) => console.warn(`webgpu-rope: the device was lost: ${info.message}`));
  device.lost.then(
    (info) => {
      if (info.reason !== 'destroyed') onLost(info);
    },
    (error: unknown) => onLost({ reason: 'unknown', message: String(error) } as GPUDeviceLostInfo),
  );
  return device;
}
