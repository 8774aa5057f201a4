import { expect, test } from 'vitest';
import { createRope, readTensor, uploadTensor } from 'webgpu-rope';
import { submitPass } from '../support/rotation-case';
import { watchedDevice } from '../support/watched-device';

// What the host layer promises about the device: what it creates, when, and under which labels.

test('encode creates nothing, submits nothing, and writes equal parameters once', async () => {
  const { device, created, writes } = await watchedDevice();
  const rope = await createRope(device, { headDim: 64 }, { dtypes: ['f32'] });
  const layers = Array.from({ length: 32 }, () => {
    const [q, k] = [
      uploadTensor(device, new Float32Array(64 * 4), 'f32'),
      uploadTensor(device, new Float32Array(64 * 64), 'f32'),
    ];
    return rope.bind({ q: { buffer: q, heads: 4 }, k: { buffer: k, heads: 2, capacity: 32 }, dtype: 'f32' });
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  created.length = 0;
  writes.length = 0;
  for (let step = 0; step < 30; step++) {
    for (const layer of layers) layer.encode(pass, { tokens: 1, start: step, kFirst: step });
  }
  expect(created).toEqual([]);
  // One write a step, each to a slot of its own.
  expect(writes).toEqual(Array.from({ length: 30 }, (_, step) => step * 256));
  pass.end();
  device.queue.submit([encoder.finish()]);
  await device.queue.onSubmittedWorkDone();
  device.destroy();
});

test('an encode keeps nothing of its call: a pass does not live on through the rope', async () => {
  const { device } = await watchedDevice();
  const rope = await createRope(device, { headDim: 64 }, { dtypes: ['f32'] });
  const buffer = uploadTensor(device, new Float32Array(64), 'f32');
  const ids = uploadTensor(device, new Float32Array(1), 'f32');
  const layer = rope.bind({ k: { buffer, heads: 1 }, dtype: 'f32' });
  const positions = { type: 'ids', buffer: ids } as const;
  submitPass(device, (pass) => {
    layer.encode(pass, { tokens: 1, start: 3 });
    expect(Object.values(layer.core.kernel.call)).toEqual([null, null, null, null, null]);
    layer.encode(pass, { tokens: 1, positions });
    const k = { buffer, heads: 1, dtype: 'f32' } as const;
    rope.rerotate(pass, k, { tokens: 1, from: { positions }, to: { start: 2 } });
    expect(Object.values(layer.core.kernel.call)).toEqual([null, null, null, null, null]);
  });
  device.destroy();
});

test('a slot is never rewritten: a used-up chunk is followed by a new one', async () => {
  const { device, created, writes } = await watchedDevice();
  const rope = await createRope(device, { headDim: 64 }, { dtypes: ['f32'] });
  const buffer = uploadTensor(device, new Float32Array(64), 'f32');
  const layer = rope.bind({ q: { buffer, heads: 1 }, dtype: 'f32' });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  created.length = 0;
  writes.length = 0;
  for (let start = 0; start < 2048; start++) layer.encode(pass, { tokens: 1, start });
  expect(created.map(({ method }) => method)).toEqual(['createBuffer', 'createBindGroup']);
  expect(writes).toEqual(Array.from({ length: 2048 }, (_, i) => (i % 1024) * 256));
  device.destroy();
});

test('pipelines are cached by device: a second rope compiles nothing', async () => {
  const { device, created } = await watchedDevice();
  const compiled = () => created.filter(({ method }) => method === 'createComputePipelineAsync').length;
  await createRope(device, { headDim: 64 }, { dtypes: ['f32'] });
  expect(compiled()).toBe(2);
  await createRope(device, { headDim: 128, theta: 5e5 }, { dtypes: ['f32'] });
  expect(compiled()).toBe(2);
  await createRope(device, { headDim: 128, pairing: 'interleaved' }, { dtypes: ['f32'] });
  expect(compiled()).toBe(4);
  device.destroy();
});

test('every GPU object has a label', async () => {
  const { device, created } = await watchedDevice();
  const rope = await createRope(device, { headDim: 64 }, { label: 'global layers' });
  const buffer = uploadTensor(device, new Float32Array(64), 'f32');
  const layer = rope.bind({ q: { buffer, heads: 1 }, dtype: 'f32' });
  submitPass(device, (pass) => layer.encode(pass, { tokens: 1, start: 1 }));
  await readTensor(device, buffer, 'f32');
  const calls = created.filter(
    ({ method }) => method.startsWith('create') && method !== 'createCommandEncoder',
  );
  expect(calls.filter(({ label }) => label === '')).toEqual([]);
  expect(calls.some(({ label }) => label === 'global layers table')).toBe(true);
  device.destroy();
});

test('bind remembers: the same buffers and shapes give the same layer', async () => {
  const { device, created } = await watchedDevice();
  const rope = await createRope(device, { headDim: 64 }, { dtypes: ['f32', 'f16'] });
  const q = uploadTensor(device, new Float32Array(4096), 'f32');
  const k = uploadTensor(device, new Float32Array(4096), 'f32');
  const bind = (offset: number, dtype: 'f32' | 'f16' = 'f32') =>
    rope.bind({ q: { buffer: q, heads: 4, offset }, k: { buffer: k, heads: 2 }, dtype });
  const layer = bind(0);
  created.length = 0;
  expect(bind(0)).toBe(layer);
  expect(created).toEqual([]);
  expect(bind(64)).not.toBe(layer);
  expect(bind(0, 'f16')).not.toBe(layer);
  expect(rope.bind({ q: { buffer: q, heads: 4 }, dtype: 'f32' })).not.toBe(layer);
  expect(rope.bind({ k: { buffer: q, heads: 4 }, dtype: 'f32' })).not.toBe(
    rope.bind({ q: { buffer: q, heads: 4 }, dtype: 'f32' }),
  );
  for (let i = 0; i < 600; i++) bind(4 * i);
  expect(bind(0)).toBe(bind(0));
  device.destroy();
});
