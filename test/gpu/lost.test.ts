import { expect, test } from 'vitest';
import { createQkv, createRope, createTokenTable, readTensor, uploadTensor } from 'webgpu-rope';
import { createAdditive } from 'webgpu-rope/additive';
import { createSimilarity } from 'webgpu-rope/analysis';
import { createAttentionBias } from 'webgpu-rope/bias';
import { getDevice, requestAdapter } from '../support/gpu';
import { createRandom, randomTensor } from '../support/random';
import { submitPass } from '../support/rotation-case';

// Devices that go away, that fail at creation, that serve many ropes at once: what waits is told, nothing grows, and a new one works.

const headDim = 64;
const before = randomTensor('f32', 4 * headDim, createRandom(9)) as Float32Array;
const gone = /^device: expected a live GPUDevice, got one that was lost/;
const newDevice = async (): Promise<GPUDevice> => (await requestAdapter()).requestDevice();
const { STORAGE, COPY_SRC } = GPUBufferUsage;

/** Rotates four tokens, and says what became of them. */
async function rotated(device: GPUDevice): Promise<Float32Array> {
  const rope = await createRope(device, { headDim }, { dtypes: ['f32'] });
  const buffer = uploadTensor(device, before, 'f32');
  submitPass(device, (pass) =>
    rope.bind({ q: { buffer, heads: 1 }, dtype: 'f32' }).encode(pass, { tokens: 4, start: 7 }),
  );
  const after = await readTensor(device, buffer, 'f32');
  rope.destroy();
  buffer.destroy();
  return after as Float32Array;
}

const expected = await rotated(await getDevice());

test('what waits for a device that goes away is told so; its objects are dead; a new device works at once', async () => {
  const doomed = await newDevice();
  const rope = await createRope(doomed, { headDim }, { dtypes: ['f32'] });
  const table = await createTokenTable(doomed, { headDim }, { tokens: 4, dtypes: ['f32'] });
  const additive = await createAdditive(doomed, { type: 'sinusoidal', dim: headDim }, { dtypes: ['f32'] });
  const bias = await createAttentionBias(doomed, { type: 'alibi', heads: 1 }, { dtypes: ['f32'] });
  const similarity = await createSimilarity(doomed);
  const buffer = uploadTensor(doomed, before, 'f32');
  const layer = rope.bind({ q: { buffer, heads: 1 }, dtype: 'f32' });
  submitPass(doomed, (pass) => layer.encode(pass, { tokens: 4, start: 0 }));
  const waiting = [
    readTensor(doomed, buffer, 'f32'),
    rope.readBadPositions(),
    table.readBadPositions(),
    similarity.run(before, 4, headDim),
    createRope(doomed, { headDim: 32 }, { dtypes: ['f16'] }).then((late) => late.prepare({ inverse: true })),
  ].map((each) =>
    each.then(
      () => null,
      (error: Error) => error,
    ),
  );
  doomed.destroy();
  for (const error of await Promise.all(waiting)) if (error) expect(error.message).toMatch(gone);
  await doomed.lost;
  const pass = doomed.createCommandEncoder().beginComputePass();
  const calls: (() => unknown)[] = [
    () => layer.encode(pass, { tokens: 1, start: 0 }),
    () => rope.bind({ q: { buffer, heads: 1 }, dtype: 'f32' }),
    () => rope.setSequenceLength(9),
    () => createQkv(rope),
    () => table.encode(pass, { tokens: 1, start: 0 }),
    () => additive.bind({ buffer, dtype: 'f32' }),
    () => bias.bind({ buffer, dtype: 'f32' }),
  ];
  for (const call of calls) expect(call, call.toString()).toThrow(gone);
  await expect(rope.readBadPositions()).rejects.toThrow(gone);
  await expect(createRope(doomed, { headDim })).rejects.toThrow(gone);
  for (const each of [rope, table, additive, bias, similarity]) each.destroy();
  const next = await newDevice();
  expect(await rotated(next)).toEqual(expected);
  next.destroy();
});

test('a device whose promise of a loss fails counts as lost, and nothing is left unhandled', async () => {
  const doomed = await newDevice();
  Object.defineProperty(doomed, 'lost', { value: Promise.reject(new Error('the process went away')) });
  await expect(createRope(doomed, { headDim })).rejects.toThrow(
    new TypeError(
      'device: expected a live GPUDevice, got one that was lost (unknown): Error: the process went away',
    ),
  );
  doomed.destroy();
});

/** Counts buffers that are made and ended, and makes one of them fail. */
function counting(device: GPUDevice, failing = Infinity): { readonly open: Set<GPUBuffer>; made: number } {
  const count = { open: new Set<GPUBuffer>(), made: 0 };
  const create = device.createBuffer.bind(device);
  Object.defineProperty(device, 'createBuffer', {
    value: (descriptor: GPUBufferDescriptor) => {
      if (count.made++ === failing) throw new RangeError('createBuffer: out of memory');
      const buffer = create(descriptor);
      count.open.add(buffer);
      const destroy = buffer.destroy.bind(buffer);
      Object.defineProperty(buffer, 'destroy', {
        value: () => {
          count.open.delete(buffer);
          destroy();
        },
      });
      return buffer;
    },
  });
  return count;
}

test('out of memory at creation: the error comes through, and the next rope works', async () => {
  for (let failing = 0; failing < 12; failing++) {
    const device = await newDevice();
    const count = counting(device, failing);
    const make = async () => {
      (await createRope(device, { headDim }, { dtypes: ['f32'] })).destroy();
      (await createTokenTable(device, { headDim }, { tokens: 4, dtypes: ['f32'] })).destroy();
    };
    const error = await make().then(
      () => null,
      (each: Error) => each,
    );
    if (count.made > failing) expect(error).toEqual(new RangeError('createBuffer: out of memory'));
    else expect(error).toBe(null);
    expect(await rotated(device)).toEqual(expected);
    device.destroy();
  }
});

test('a device that has no memory for the tables: creation fails with its words, in no scope of the caller', async () => {
  const device = await newDevice();
  const uncaptured: string[] = [];
  device.addEventListener('uncapturederror', ({ error }) => uncaptured.push(error.message));
  const pop = device.popErrorScope.bind(device);
  const create = device.createBuffer.bind(device);
  let shortages = 0;
  // What a device does that runs out: the buffer is not valid, and an error goes to the innermost scope that takes it.
  Object.defineProperty(device, 'createBuffer', {
    value: (descriptor: GPUBufferDescriptor) => {
      const isTable = / (table|weights|slopes)$/.test(descriptor.label ?? '');
      if (isTable) shortages++;
      return create(
        isTable ? { ...descriptor, usage: descriptor.usage | GPUBufferUsage.MAP_READ } : descriptor,
      );
    },
  });
  Object.defineProperty(device, 'popErrorScope', {
    value: async () => (shortages-- > 0 ? new GPUOutOfMemoryError('no bytes left') : pop()),
  });
  for (const make of [
    () => createRope(device, { headDim }, { dtypes: ['f32'] }),
    () => createTokenTable(device, { headDim }, { tokens: 4, dtypes: ['f32'] }),
    () => createAdditive(device, { type: 'sinusoidal', dim: headDim }, { dtypes: ['f32'] }),
    () => createAdditive(device, { type: 'learned', dim: 8, rows: 2 }, { weights: new Float32Array(16) }),
    () => createAttentionBias(device, { type: 'alibi', heads: 1 }, { dtypes: ['f32'] }),
  ]) {
    shortages = 0;
    await expect(make()).rejects.toThrow(
      new RangeError('device: expected memory for tables, got an error: no bytes left'),
    );
  }
  await device.queue.onSubmittedWorkDone();
  expect(uncaptured).toEqual([]);
  device.destroy();
});

test('2000 ropes, one after the other: every buffer of theirs is ended', async () => {
  const device = await newDevice();
  const count = counting(device);
  const buffer = device.createBuffer({ size: 4096, usage: STORAGE | COPY_SRC });
  for (let i = 0; i < 2000; i++) {
    const rope = await createRope(device, { headDim, theta: 1000 + i }, { dtypes: ['f32'], capacity: 64 });
    submitPass(device, (pass) =>
      rope.bind({ q: { buffer, heads: 1 }, dtype: 'f32' }).encode(pass, { tokens: 4, start: i % 60 }),
    );
    rope.destroy();
    expect(count.open.size).toBe(1);
  }
  await device.queue.onSubmittedWorkDone();
  expect(count.made).toBeGreaterThan(2000);
  device.destroy();
});

test('ten ropes on each of two devices, created at once: each rotates by its own frequencies', async () => {
  const devices = await Promise.all([newDevice(), newDevice()]);
  const thetas = Array.from({ length: 10 }, (_, i) => 10_000 + 1000 * i);
  const all = await Promise.all(
    devices.flatMap((device) =>
      thetas.map(async (theta) => ({
        device,
        theta,
        rope: await createRope(device, { headDim, theta }, { dtypes: ['f32'] }),
      })),
    ),
  );
  const results = await Promise.all(
    all.map(async ({ device, theta, rope }) => {
      const buffer = uploadTensor(device, before, 'f32');
      submitPass(device, (pass) =>
        rope.bind({ q: { buffer, heads: 1 }, dtype: 'f32' }).encode(pass, { tokens: 4, start: 7 }),
      );
      return { theta, after: await readTensor(device, buffer, 'f32') };
    }),
  );
  for (const theta of thetas) {
    const [first, second] = results.filter((result) => result.theta === theta);
    expect(first!.after).toEqual(second!.after);
    if (theta === 10_000) expect(first!.after).toEqual(expected);
    else expect(first!.after).not.toEqual(expected);
  }
  for (const { rope } of all) rope.destroy();
  for (const device of devices) device.destroy();
});

test('a rope that is destroyed while it prepares: told, and the others go on', async () => {
  const device = await newDevice();
  const rope = await createRope(device, { headDim }, { dtypes: ['f32'] });
  const preparing = rope.prepare({ positions: ['ids'], rerotate: true, inverse: true });
  rope.destroy();
  await expect(preparing).rejects.toThrow('rope: expected a live rope, got one that was destroyed');
  expect(await rotated(device)).toEqual(expected);
  device.destroy();
});
