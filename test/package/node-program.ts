/**
 * What plain Node runs on the built package, in a process of its own: nothing of a browser, and none of the globals that
 * npm's `webgpu` could give. Its last line has the worst error of each call, as a share of what is allowed.
 */
import assert from 'node:assert/strict';
import { create } from 'webgpu';
import {
  createRope,
  fromStorage,
  type RopeDtype,
  readTensor,
  requestRopeDevice,
  ropeDtypes,
  ropeFrequencies,
  type StorageArray,
  uploadTensor,
} from 'webgpu-rope';
import { createAdditive, encodingRows } from 'webgpu-rope/additive';
import { createSimilarity, similarityMatrix } from 'webgpu-rope/analysis';
import { alibiSlopes, createAttentionBias } from 'webgpu-rope/bias';
import {
  addRowsReferenceExact,
  biasReferenceExact,
  rerotateReferenceExact,
  ropeReferenceExact,
} from 'webgpu-rope/reference';

const flags = { COPY_DST: 0x8, STORAGE: 0x80 };
const eps = 2 ** -24;

for (const name of ['GPUBufferUsage', 'GPUMapMode', 'GPUShaderStage', 'GPUDevice', 'window', 'document'])
  assert(!(name in globalThis), `${name}: expected none in plain Node`);
await assert.rejects(requestRopeDevice(), /^TypeError: navigator\.gpu: expected WebGPU, got undefined/);

const device = await requestRopeDevice({ gpu: create([]) });
// Nothing but the device may hold what `create` returned.
for (let i = 0; i < 3; i++) {
  await new Promise((settle) => setImmediate(settle));
  globalThis.gc?.();
}
const gpuErrors: string[] = [];
device.addEventListener('uncapturederror', ({ error }) => gpuErrors.push(error.message));

const shares: Record<string, number> = {};

/** Values in (-1, 1). */
const wave = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => Math.sin(i + 1));

/** The larger of one unit in the last place of x and that of the smallest normal number; f32 has its rounding elsewhere. */
function ulpOf(x: number, dtype: RopeDtype): number {
  if (dtype === 'f32') return 2 ** -124;
  return dtype === 'f16' ? Math.max(Math.abs(x) * 2 ** -10, 2 ** -24) : Math.abs(x) * 2 ** -7 + 2 ** -133;
}

function compare(
  name: string,
  got: ArrayLike<number>,
  exact: ArrayLike<number>,
  allowed: (index: number) => number,
): void {
  assert.equal(got.length, exact.length, name);
  let worst = 0;
  for (let i = 0; i < exact.length; i++) {
    const share = got[i] === exact[i] ? 0 : Math.abs(got[i]! - exact[i]!) / allowed(i);
    worst = Math.max(worst, Number.isNaN(share) ? Number.POSITIVE_INFINITY : share);
  }
  shares[name] = worst;
}

/** A tensor, and what one pass made of it beside what the reference does. */
interface Change {
  readonly buffer: GPUBuffer;
  readonly dtype: RopeDtype;
  readonly encode: (pass: GPUComputePassEncoder) => void;
  readonly exactOf: (before: StorageArray) => Float64Array;
  /** How far f32 may be off. */
  readonly allowed: (before: number, exact: number) => number;
}

async function check(name: string, { buffer, dtype, encode, exactOf, allowed }: Change): Promise<void> {
  const before = await readTensor(device, buffer, dtype);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  encode(pass);
  pass.end();
  device.queue.submit([encoder.finish()]);
  const after = await readTensor(device, buffer, dtype);
  const [old, exact] = [fromStorage(before, dtype), exactOf(before)];
  compare(`${name}, ${dtype}`, fromStorage(after, dtype), exact, (i) => {
    // What a call leaves alone keeps its bits.
    if (exact[i] === old[i]) return 0;
    return allowed(old[i]!, exact[i]!) + ulpOf(exact[i]!, dtype);
  });
}

const config = { headDim: 64, rotaryDim: 48 };
// A software adapter compiles for seconds: every dtype of the plain call, and one of each other.
const [rope, additive, bias, similarity] = await Promise.all([
  createRope(device, config, { unprepared: 'refuse' }).then(async (made) => {
    await made.prepare({ positions: ['ids'], rerotate: true, dtypes: ['f16'] });
    return made;
  }),
  createAdditive(device, { type: 'sinusoidal', dim: 32 }, { dtypes: ['f32'] }),
  createAttentionBias(device, { type: 'alibi', heads: 3 }, { dtypes: ['bf16'] }),
  createSimilarity(device),
]);
const { inverseFrequencies } = ropeFrequencies(config);
const tensor = { ...config, pairing: 'half', tokens: 3 } as const;

for (const dtype of ropeDtypes) {
  const buffer = uploadTensor(device, wave(3 * 4 * 64), dtype);
  const layer = rope.bind({ q: { buffer, heads: 4 }, dtype });
  await check('q from a start', {
    buffer,
    dtype,
    encode: (pass) => layer.encode(pass, { tokens: 3, start: 1000 }),
    exactOf: (before) =>
      ropeReferenceExact(before, { ...tensor, dtype, heads: 4, positions: 1000, inverseFrequencies }),
    // 5e-7 of the larger input of the pair, which is 1 at most.
    allowed: () => 5e-7,
  });
  buffer.destroy();
}

{
  const dtype: RopeDtype = 'f16';
  const ids = [7, -1, 131071];
  const idBuffer = device.createBuffer({ size: 12, usage: flags.STORAGE | flags.COPY_DST });
  device.queue.writeBuffer(idBuffer, 0, Int32Array.from(ids));
  const cache = { buffer: uploadTensor(device, wave(8 * 2 * 64), dtype), heads: 2, capacity: 8 };
  const rows = { ...tensor, dtype, heads: 2, capacity: 8, first: 2 };
  const layer = rope.bind({ k: cache, dtype });
  await check('k by ids', {
    ...cache,
    dtype,
    encode: (pass) =>
      layer.encode(pass, { tokens: 3, positions: { type: 'ids', buffer: idBuffer }, kFirst: 2 }),
    exactOf: (before) => ropeReferenceExact(before, { ...rows, positions: ids, inverseFrequencies }),
    allowed: () => 5e-7,
  });
  await check('k moved', {
    ...cache,
    dtype,
    encode: (pass) => {
      const options = { tokens: 3, first: 2, from: { start: 1000 }, to: { start: 5 } };
      rope.rerotate(pass, { ...cache, dtype }, options);
    },
    exactOf: (before) =>
      rerotateReferenceExact(before, {
        ...rows,
        from: { positions: 1000, inverseFrequencies },
        to: { positions: 5, inverseFrequencies },
      }),
    // A pair that was rotated is within sqrt(2).
    allowed: () => 1e-6 * Math.SQRT2,
  });
  for (const buffer of [idBuffer, cache.buffer]) buffer.destroy();
}

{
  const dtype = 'f32';
  const buffer = uploadTensor(device, wave(3 * 32), dtype);
  await check('sinusoidal rows', {
    buffer,
    dtype,
    encode: (pass) => additive.bind({ buffer, dtype }).encode(pass, { tokens: 3, start: 1000 }),
    exactOf: (before) =>
      addRowsReferenceExact(before, {
        dtype,
        dim: 32,
        tokens: 3,
        rows: (_sequence, token) => encodingRows({ type: 'sinusoidal', dim: 32 }, [1000 + token]),
      }),
    // As test/support/additive-case.ts derives it, of rows within 1.
    allowed: (before) => 1.8e-7 + 2 * eps * (3 + Math.abs(before)),
  });
  buffer.destroy();
}

{
  const dtype = 'bf16';
  const buffer = uploadTensor(device, wave(3 * 2 * 8), dtype);
  await check('alibi', {
    buffer,
    dtype,
    encode: (pass) =>
      bias.bind({ buffer, dtype }).encode(pass, { queries: 2, keys: 8, queryStart: 6, keyStart: 0 }),
    exactOf: (before) =>
      biasReferenceExact(before, {
        dtype,
        bias: { slopes: alibiSlopes(3) },
        heads: 3,
        queries: 2,
        keys: 8,
        queryPositions: 6,
        keyPositions: 0,
      }),
    // As test/gpu/bias-case.ts derives it.
    allowed: (before, exact) => 6 * eps * Math.abs(exact - before) + eps * Math.abs(exact),
  });
  buffer.destroy();
}

const rows = wave(70 * 9);
// As test/gpu/similarity.test.ts derives it, of up to 128 dims.
compare('similarity', await similarity.run(rows, 70, 9), similarityMatrix(rows, 70, 9), () => 77 * eps);

assert.equal(await rope.readBadPositions(), 0);
for (const kernel of [rope, additive, bias, similarity]) kernel.destroy();
assert.deepEqual(gpuErrors, []);

// A device that is gone, in words of ours: before the call, and during it.
const last = uploadTensor(device, [1, 2], 'f32');
const reading = readTensor(device, last, 'f32');
await Promise.all([
  assert.rejects(reading, /^TypeError: device: expected a live GPUDevice/),
  Promise.resolve().then(() => device.destroy()),
]);
await assert.rejects(readTensor(device, last, 'f32'), /^TypeError: device: expected a live GPUDevice/);
assert.throws(() => uploadTensor(device, [1], 'f32'), /^TypeError: device: expected a live GPUDevice/);

console.log(JSON.stringify(shares));
