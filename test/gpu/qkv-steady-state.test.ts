import { expect, test } from 'vitest';
import { createQkv, createRope, uploadTensor } from 'webgpu-rope';
import { watchedDevice } from '../support/watched-device';

// What the host layer promises about the device: what it creates, when, and under which labels.

const headDim = 16;

async function layersOf(count: number) {
  const { device, created, writes } = await watchedDevice();
  const rope = await createRope(device, { headDim }, { dtypes: ['f32'] });
  const qkv = createQkv(rope);
  const zeros = (elements: number): GPUBuffer => uploadTensor(device, new Float32Array(elements), 'f32');
  const weight = new Float32Array(headDim).fill(1);
  const norm = { epsilon: 1e-6, weight };
  const layers = Array.from({ length: count }, () => {
    const cache = () => ({ buffer: zeros(32 * headDim), capacity: 32 });
    return qkv.bind({
      q: { buffer: zeros(4 * headDim), heads: 4, norm },
      k: { buffer: zeros(headDim), heads: 1, norm, cache: cache() },
      v: { buffer: zeros(headDim), heads: 1, cache: cache() },
      dtype: 'f32',
    });
  });
  return { device, created, writes, layers, ids: zeros(1), slots: zeros(1), step: zeros(3) };
}

test('encode creates nothing, submits nothing, and writes equal parameters once', async () => {
  const { device, created, writes, layers, ids, slots, step } = await layersOf(4);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  const byIds = {
    tokens: 1,
    positions: { type: 'ids', buffer: ids },
    rows: { type: 'slots', buffer: slots },
  } as const;
  const byStep = { tokens: 1, rows: { type: 'ring' }, step: { buffer: step } } as const;
  const calls = {
    start: (start: number) => ({ tokens: 1, start, rows: { type: 'first', first: start } }) as const,
    ids: () => byIds,
    step: () => byStep,
  };
  for (const [kind, call] of Object.entries(calls)) {
    // Each kind of call compiles and binds at its first use.
    for (const layer of layers) layer.encode(pass, call(0));
    created.length = 0;
    writes.length = 0;
    for (let start = 1; start <= 30; start++) for (const layer of layers) layer.encode(pass, call(start));
    expect(created, kind).toEqual([]);
    // One write a step, each to a slot of its own; ids and steps are the same words each time.
    expect(writes, kind).toHaveLength(kind === 'start' ? 30 : 0);
    expect(new Set(writes).size).toBe(writes.length);
  }
  pass.end();
  device.queue.submit([encoder.finish()]);
  await device.queue.onSubmittedWorkDone();
  device.destroy();
});

test('layers of equal shapes share a pipeline, and weights that are numbers a buffer', async () => {
  const { device, created, layers } = await layersOf(3);
  const made = (method: string): number => created.filter((each) => each.method === method).length;
  const buffers = made('createBuffer');
  await layers[0]!.prepare();
  const compiled = made('createComputePipelineAsync');
  for (const layer of layers) await layer.prepare();
  expect(made('createComputePipelineAsync')).toBe(compiled);
  expect(made('createBuffer')).toBe(buffers);
  device.destroy();
});
