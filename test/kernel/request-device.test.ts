import { afterEach, expect, test, vi } from 'vitest';
import { type RopeDeviceOptions, requestRopeDevice } from '../../src/kernel/request-device';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const limits = { maxBufferSize: 2 ** 30, maxStorageBufferBindingSize: 2 ** 29 };
const features = new Set(['timestamp-query', 'shader-f16']);
const neverLost = new Promise<GPUDeviceLostInfo>(() => {});

/** What WebGPU would be: it writes down what it is asked for, and `answer` gives the device or fails. */
function standIn(answer: (descriptor: GPUDeviceDescriptor) => Promise<unknown>) {
  const adapters: (GPURequestAdapterOptions | undefined)[] = [];
  const descriptors: GPUDeviceDescriptor[] = [];
  const adapter = {
    limits,
    features,
    requestDevice: (descriptor: GPUDeviceDescriptor) => {
      descriptors.push(descriptor);
      return answer(descriptor);
    },
  };
  const requestAdapter = async (options?: GPURequestAdapterOptions) => {
    adapters.push(options);
    return adapter;
  };
  return { gpu: { requestAdapter } as unknown as GPU, adapters, descriptors };
}

const device = { lost: neverLost };
const works = async () => device;

/** bun-webgpu, as far as it matters: any limit is refused, and then the adapter may be asked again. */
async function refusesLimits({ requiredLimits }: GPUDeviceDescriptor): Promise<unknown> {
  if (requiredLimits) throw new Error('Invalid limit required: maxBufferSize 1073741824');
  return device;
}

test('limits of buffers as the adapter has them, its features of those named, high performance', async () => {
  const { gpu, adapters, descriptors } = standIn(works);
  expect(await requestRopeDevice({ gpu, optionalFeatures: ['shader-f16', 'subgroups'] })).toBe(device);
  expect(adapters).toEqual([{ powerPreference: 'high-performance' }]);
  expect(descriptors).toEqual([
    { label: 'webgpu-rope', requiredFeatures: ['timestamp-query', 'shader-f16'], requiredLimits: limits },
  ]);
  await requestRopeDevice({ gpu, powerPreference: 'low-power', label: 'mine' });
  expect(adapters[1]).toEqual({ powerPreference: 'low-power' });
  expect(descriptors[1]).toMatchObject({
    label: 'mine',
    requiredFeatures: ['timestamp-query', 'shader-f16'],
  });
});

test('an adapter that refuses limits is asked once more: without them, with the same features', async () => {
  const { gpu, descriptors } = standIn(refusesLimits);
  expect(await requestRopeDevice({ gpu, optionalFeatures: ['shader-f16'] })).toBe(device);
  const asked = { label: 'webgpu-rope', requiredFeatures: ['timestamp-query', 'shader-f16'] };
  expect(descriptors).toEqual([{ ...asked, requiredLimits: limits }, asked]);
});

test('another failure reaches the caller as it is', async () => {
  const failure = new Error('out of devices');
  const { gpu, descriptors } = standIn(() => Promise.reject(failure));
  await expect(requestRopeDevice({ gpu })).rejects.toBe(failure);
  expect(descriptors).toHaveLength(2);
  const noAdapter = { requestAdapter: () => Promise.reject(failure) } as unknown as GPU;
  await expect(requestRopeDevice({ gpu: noAdapter })).rejects.toBe(failure);
});

test('no adapter, no WebGPU, a page that is not secure: each says what to try', async () => {
  const noAdapter = { requestAdapter: async () => null } as unknown as GPU;
  await expect(requestRopeDevice({ gpu: noAdapter })).rejects.toThrow(
    /^adapter: expected a GPUAdapter, got null/,
  );
  const none = /^navigator\.gpu: expected WebGPU, got undefined: this browser or runtime has none/;
  await expect(requestRopeDevice()).rejects.toThrow(none);
  // Node has a navigator from version 21 on.
  for (const navigator of [undefined, {}]) {
    vi.stubGlobal('navigator', navigator);
    await expect(requestRopeDevice()).rejects.toThrow(TypeError);
    await expect(requestRopeDevice()).rejects.toThrow(none);
  }
  vi.stubGlobal('isSecureContext', false);
  await expect(requestRopeDevice()).rejects.toThrow(/this page is not a secure context/);
});

test('without a gpu, that of navigator', async () => {
  vi.stubGlobal('navigator', { gpu: standIn(works).gpu });
  expect(await requestRopeDevice()).toBe(device);
});

test('unknown options are refused, before an adapter is asked for', async () => {
  const { gpu, adapters } = standIn(works);
  for (const key of ['requiredFeatures', 'powerpreference', 'onlost']) {
    const options: object = { gpu, [key]: [] };
    const asked = requestRopeDevice(options as RopeDeviceOptions);
    await expect(asked).rejects.toThrow(TypeError);
    await expect(asked).rejects.toThrow(
      `options: expected only powerPreference, gpu, optionalFeatures, label, onLost, got "${key}"`,
    );
  }
  await expect(requestRopeDevice(null as unknown as RopeDeviceOptions)).rejects.toThrow(
    /^options: expected {/,
  );
  expect(adapters).toEqual([]);
});

test('a loss is a warning where there is no onLost', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const lost = Promise.resolve({ reason: 'unknown', message: 'the driver crashed' });
  await requestRopeDevice({ gpu: standIn(async () => ({ lost })).gpu });
  await lost;
  expect(warn.mock.calls).toEqual([['webgpu-rope: the device was lost: the driver crashed']]);
});
