import { expect, test } from 'vitest';
import { createRope, type RopePreparation, readTensor, uploadTensor } from 'webgpu-rope';
import { withErrorScope } from '../support/gpu';
import { submitPass } from '../support/rotation-case';
import { watchedDevice } from '../support/watched-device';

// What is compiled, and when.

const headDim = 64;
const values = Float32Array.from({ length: 4 * headDim }, (_, i) => Math.sin(i + 1));

/** Ids 5 and 7, and a rope on a device of its own. */
async function prepared(options: Parameters<typeof createRope>[2], preparation?: RopePreparation) {
  const watched = await watchedDevice();
  const { device, created } = watched;
  const rope = await createRope(device, { headDim }, { dtypes: ['f32'], ...options });
  const buffer = uploadTensor(device, values, 'f32');
  const ids = device.createBuffer({ size: 8, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(ids, 0, Int32Array.of(5, 7));
  if (preparation) await rope.prepare(preparation);
  const compiled = () =>
    created.filter(({ method }) => method.startsWith('createComputePipeline')).map(({ method }) => method);
  created.length = 0;
  const positions = { type: 'ids', buffer: ids } as const;
  const k = { buffer, heads: 2, dtype: 'f32' } as const;
  const encode = (pass: GPUComputePassEncoder): void =>
    rope.bind({ k: { buffer, heads: 2 }, dtype: 'f32' }).encode(pass, { tokens: 2, positions });
  const rerotate = (pass: GPUComputePassEncoder): void =>
    rope.rerotate(pass, k, { tokens: 2, from: { positions }, to: { delta: 3 } });
  return { device, rope, buffer, compiled, encode, rerotate };
}

test('a call that was not prepared compiles its pipeline at its first encode, once', async () => {
  const { device, compiled, encode, rerotate } = await prepared({});
  await withErrorScope(device, () => {
    submitPass(device, encode);
    submitPass(device, rerotate);
    expect(compiled()).toEqual(['createComputePipeline', 'createComputePipeline']);
    submitPass(device, encode);
    submitPass(device, rerotate);
    expect(compiled()).toHaveLength(2);
  });
  device.destroy();
});

test('after prepare, encodes compile nothing', async () => {
  const { device, compiled, encode, rerotate } = await prepared({}, { positions: ['ids'], rerotate: true });
  await withErrorScope(device, () => {
    submitPass(device, encode);
    submitPass(device, rerotate);
    expect(compiled()).toEqual([]);
  });
  device.destroy();
});

test('told to refuse, the rope says what to prepare, and encodes nothing', async () => {
  const { device, rope, buffer, compiled, encode, rerotate } = await prepared({ unprepared: 'refuse' });
  submitPass(device, (pass) => {
    expect(() => encode(pass)).toThrow(
      "rope: expected a call that was prepared, got positions of f32: await rope.prepare({ positions: ['ids'] }) first",
    );
    expect(() => rerotate(pass)).toThrow(
      'rope: expected a call that was prepared, got rerotate of f32: await rope.prepare({ rerotate: true }) first',
    );
  });
  expect(await readTensor(device, buffer, 'f32')).toEqual(values);
  await rope.prepare({ positions: ['grid'], rerotate: true });
  submitPass(device, encode);
  submitPass(device, rerotate);
  expect(compiled()).not.toContain('createComputePipeline');
  expect(await readTensor(device, buffer, 'f32')).not.toEqual(values);
  device.destroy();
});

test('un-rotating is a call of its own: refused until it is prepared, then the bits come back', async () => {
  const { device, rope, buffer, compiled, encode } = await prepared({ unprepared: 'refuse' });
  const layer = rope.bind({ k: { buffer, heads: 2 }, dtype: 'f32' });
  submitPass(device, (pass) => {
    expect(() => layer.encode(pass, { tokens: 2, start: 3, inverse: true })).toThrow(
      'got inverse of f32: await rope.prepare({ inverse: true }) first',
    );
  });
  await rope.prepare({ positions: ['ids'], inverse: true });
  submitPass(device, encode);
  const positions = {
    type: 'ids',
    buffer: device.createBuffer({ size: 8, usage: GPUBufferUsage.STORAGE }),
  } as const;
  submitPass(device, (pass) => {
    layer.encode(pass, { tokens: 2, start: 3 });
    layer.encode(pass, { tokens: 2, start: 3, inverse: true });
    layer.encode(pass, { tokens: 2, positions, inverse: true });
  });
  expect(compiled()).not.toContain('createComputePipeline');
  device.destroy();
});

test('prepare refuses what it does not know', async () => {
  const { device, rope } = await prepared({});
  const cases: [preparation: unknown, message: string][] = [
    [{ kinds: ['ids'] }, 'preparation: expected only positions, inverse, rerotate, dtypes, got "kinds"'],
    [{ positions: 'ids' }, 'positions: expected an array of kinds of positions, got "ids"'],
    [{ positions: ['start'] }, 'positions[0]: expected "ids" or "ragged" or "grid", got "start"'],
    [{ inverse: 1 }, 'inverse: expected true or false, got 1'],
    [{ rerotate: 1 }, 'rerotate: expected true or false, got 1'],
    [{ dtypes: ['f16'] }, 'dtypes[0]: expected "f32", got "f16"'],
  ];
  for (const [preparation, message] of cases)
    await expect(rope.prepare(preparation as RopePreparation)).rejects.toThrow(message);
  device.destroy();
});
