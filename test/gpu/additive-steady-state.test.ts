import { expect, test } from 'vitest';
import { uploadTensor } from 'webgpu-rope';
import { createAdditive } from 'webgpu-rope/additive';
import { watchedDevice } from '../support/watched-device';

// What the host layer promises about the device: what it creates, when, and under which labels.

test('encode creates nothing, submits nothing, and writes equal parameters once', async () => {
  const { device, created, writes } = await watchedDevice();
  const additive = await createAdditive(device, { type: 'sinusoidal', dim: 64 }, { dtypes: ['f32'] });
  const layers = Array.from({ length: 4 }, () =>
    additive.bind({ buffer: uploadTensor(device, new Float32Array(64 * 4), 'f32'), dtype: 'f32' }),
  );
  const ids = uploadTensor(device, new Float32Array(4), 'f32');
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  const positions = { type: 'ids', buffer: ids } as const;
  // The bind group of a buffer of positions is made at its first use.
  layers[0]!.encode(pass, { tokens: 1, positions });
  created.length = 0;
  writes.length = 0;
  for (let step = 0; step < 30; step++) {
    for (const layer of layers) {
      layer.encode(pass, { tokens: 1, start: step });
      layer.encode(pass, { tokens: 1, positions });
    }
  }
  expect(created).toEqual([]);
  // One write a step, each to a slot of its own; that of the positions was written before.
  expect(writes).toEqual(Array.from({ length: 30 }, (_, step) => (step + 1) * 256));
  pass.end();
  device.queue.submit([encoder.finish()]);
  await device.queue.onSubmittedWorkDone();
  device.destroy();
});

test('a slot is never rewritten: a used-up chunk is followed by a new one', async () => {
  const { device, created, writes } = await watchedDevice();
  const additive = await createAdditive(device, { type: 'integer', dim: 64 }, { dtypes: ['f32'] });
  const layer = additive.bind({ buffer: uploadTensor(device, new Float32Array(64), 'f32'), dtype: 'f32' });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  created.length = 0;
  writes.length = 0;
  for (let start = 0; start < 2048; start++) layer.encode(pass, { tokens: 1, start });
  expect(created.map(({ method }) => method)).toEqual(['createBuffer', 'createBindGroup']);
  expect(writes).toEqual(Array.from({ length: 2048 }, (_, i) => (i % 1024) * 256));
  device.destroy();
});

test('pipelines are cached by device: a second encoding of the same kind compiles nothing', async () => {
  const { device, created } = await watchedDevice();
  const compiled = () => created.filter(({ method }) => method === 'createComputePipelineAsync').length;
  await createAdditive(device, { type: 'sinusoidal', dim: 64 }, { dtypes: ['f32'] });
  expect(compiled()).toBe(2);
  await createAdditive(device, { type: 'sinusoidal', dim: 512, base: 100 }, { dtypes: ['f32'] });
  expect(compiled()).toBe(2);
  await createAdditive(device, { type: 'sinusoidal', dim: 64, layout: 'concat' }, { dtypes: ['f32'] });
  expect(compiled()).toBe(4);
  // No 16-byte chunk: one entry point.
  await createAdditive(device, { type: 'binary', dim: 7 }, { dtypes: ['f32'] });
  expect(compiled()).toBe(5);
  device.destroy();
});

test('every GPU object has a label', async () => {
  const { device, created } = await watchedDevice();
  const options = { label: 'wpe', weights: new Float32Array(64) };
  const additive = await createAdditive(device, { type: 'learned', dim: 32, rows: 2 }, options);
  const x = uploadTensor(device, new Float32Array(64), 'f32');
  const encoder = device.createCommandEncoder({ label: 'test' });
  const pass = encoder.beginComputePass();
  additive.bind({ buffer: x, dtype: 'f32' }).encode(pass, { tokens: 2, start: 0 });
  pass.end();
  device.queue.submit([encoder.finish()]);
  await additive.readBadPositions();
  expect(created.filter(({ method, label }) => method !== 'submit' && label === '')).toEqual([]);
  expect(created.some(({ label }) => label === 'wpe weights')).toBe(true);
  device.destroy();
});

test('bind remembers: the same buffer and shape give the same layer', async () => {
  const { device, created } = await watchedDevice();
  const additive = await createAdditive(device, { type: 'integer', dim: 16 }, { dtypes: ['f32', 'f16'] });
  const [a, b] = [0, 1].map(() => uploadTensor(device, new Float32Array(4096), 'f32')) as [
    GPUBuffer,
    GPUBuffer,
  ];
  const layer = additive.bind({ buffer: a, dtype: 'f32' });
  created.length = 0;
  expect(additive.bind({ buffer: a, dtype: 'f32' })).toBe(layer);
  expect(additive.bind({ buffer: a, dtype: 'f32', strides: { token: 16 } })).toBe(layer);
  expect(created).toEqual([]);
  for (const other of [
    additive.bind({ buffer: b, dtype: 'f32' }),
    additive.bind({ buffer: a, dtype: 'f16' }),
    additive.bind({ buffer: a, dtype: 'f32', offset: 4 }),
    additive.bind({ buffer: a, dtype: 'f32', capacity: 4 }),
    additive.bind({ buffer: a, dtype: 'f32', strides: { batch: 64 } }),
  ]) {
    expect(other).not.toBe(layer);
  }
  for (let offset = 0; offset < 600; offset++) additive.bind({ buffer: a, dtype: 'f32', offset });
  expect(additive.bind({ buffer: a, dtype: 'f32' })).toBe(additive.bind({ buffer: a, dtype: 'f32' }));
  device.destroy();
});
