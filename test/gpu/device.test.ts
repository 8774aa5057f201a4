import { describe, expect, test } from 'vitest';
import { requestRopeDevice } from 'webgpu-rope';
import { requestAdapter } from '../support/gpu';

describe('requestRopeDevice', () => {
  test('no WebGPU', async () => {
    const original = Object.getOwnPropertyDescriptor(Navigator.prototype, 'gpu') as PropertyDescriptor;
    Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined, configurable: true });
    try {
      await expect(requestRopeDevice()).rejects.toThrow(
        /^navigator\.gpu: expected WebGPU, got undefined: this browser/,
      );
    } finally {
      Object.defineProperty(Navigator.prototype, 'gpu', original);
    }
  });

  test('no adapter', async () => {
    const gpu = { requestAdapter: async () => null } as unknown as GPU;
    await expect(requestRopeDevice({ gpu })).rejects.toThrow(/^adapter: expected a GPUAdapter, got null/);
  });

  test('features are asked for only if present, limits as large as the adapter has them', async () => {
    const adapter = await requestAdapter();
    const made = await requestRopeDevice({ optionalFeatures: ['shader-f16', 'subgroups'] });
    try {
      expect(made.features.has('timestamp-query')).toBe(adapter.features.has('timestamp-query'));
      expect(made.features.has('shader-f16')).toBe(adapter.features.has('shader-f16'));
      expect(made.limits.maxBufferSize).toBe(adapter.limits.maxBufferSize);
      expect(made.limits.maxStorageBufferBindingSize).toBe(adapter.limits.maxStorageBufferBindingSize);
      expect(made.label).toBe('webgpu-rope');
    } finally {
      made.destroy();
    }
  });

  test('the loss of the device reaches onLost, but not one the caller caused', async () => {
    let resolve: (info: GPUDeviceLostInfo) => void = () => {};
    const lost = new Promise<GPUDeviceLostInfo>((done) => {
      resolve = done;
    });
    const limits = { maxBufferSize: 1, maxStorageBufferBindingSize: 1 };
    const adapter = { limits, features: new Set(), requestDevice: async () => ({ lost }) };
    const gpu = { requestAdapter: async () => adapter } as unknown as GPU;
    const seen: string[] = [];
    await requestRopeDevice({ gpu, onLost: (info) => seen.push(info.message) });
    resolve({ reason: 'unknown', message: 'gone' } as GPUDeviceLostInfo);
    await lost;
    await Promise.resolve();
    expect(seen).toEqual(['gone']);

    const made = await requestRopeDevice({ onLost: (info) => seen.push(info.message) });
    made.destroy();
    await made.lost;
    await Promise.resolve();
    expect(seen).toEqual(['gone']);
  });
});
