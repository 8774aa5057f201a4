/** One encode of norms, rotation and cache writes on the GPU from end to end, held against the reference. */

import { createQkv, createRope, type QkvEncodeOptions, readTensor, toStorage } from 'webgpu-rope';
import { type Own, withErrorScope } from './gpu';
import { Arena } from './qkv-arena';
import { compareQkv } from './qkv-compare';
import { type PartName, type PlacedPart, placesOf, type QkvCase, type QkvSetup } from './qkv-places';
import { positionSource, rowSource, stepSource } from './qkv-sources';
import { bitsOf, type Random, randomTensor } from './random';
import { submitPass } from './rotation-case';
import { forEachHead } from './tensors';

export type { CacheCase, NormCase, PartCase, QkvCase, QkvSetup } from './qkv-places';

/** An arena with random tensors and weights, and the weights that lie on the host. */
export function randomArena(random: Random, c: QkvCase): Pick<QkvSetup, 'before' | 'numbers'> {
  const places = placesOf(c);
  const all = places.flatMap(({ source, cache, weights }) => [source, cache, weights]);
  const before = Arena.for(all.filter((at) => at !== null));
  const numbers = new Map<PartName, Float32Array>();
  for (const { name, source, weights, numbers: count } of places) {
    const bits = bitsOf(before.view(source.buffer, source.dtype));
    forEachHead(source, (start) => {
      const head = randomTensor(source.dtype, source.headDim, random, { special: c.special ?? false });
      bits.set(bitsOf(head), start);
    });
    const values = Array.from({ length: weights?.headDim ?? count }, () => random.normal() + 0.5);
    if (weights) {
      const of = bitsOf(before.view(weights.buffer, weights.dtype));
      of.set(bitsOf(toStorage(values, weights.dtype)), weights.offset ?? 0);
    } else if (count > 0) numbers.set(name, Float32Array.from(values));
  }
  return { before, numbers };
}

/** A case on the GPU: a rope, a qkv and a layer, and what `encode` is told. */
export async function setUpQkv(device: GPUDevice, own: Own, random: Random, c: QkvCase): Promise<QkvSetup> {
  const { dtype, pairing = 'half', rotates, tokens, batch } = c;
  const config = { headDim: c.headDim, pairing, ...c.config };
  const rope = own(await createRope(device, config, { dtypes: [dtype], capacity: 8192, ...c.options }));
  const qkv = own(createQkv(rope));
  const { before, numbers } = randomArena(random, c);
  const buffers = new Map(before.names.map((name) => [name, own(bufferFor(device, before, name))]));
  const bufferOf = (name: string): GPUBuffer => buffers.get(name)!;
  const layer = qkv.bind({
    ...Object.fromEntries(placesOf(c).map((place) => [place.name, bindingOf(place, bufferOf, numbers)])),
    dtype,
    ...(rotates !== undefined && { rotates }),
  });
  const positions = c.positions ?? (c.step ? undefined : { type: 'start' as const, start: 5 });
  const options: QkvEncodeOptions = {
    tokens,
    ...(batch !== undefined && { batch }),
    ...(positions && positionSource(device, own, positions)),
    ...(c.rows && { rows: rowSource(device, own, c.rows) }),
    ...(c.step && { step: stepSource(device, own, c.step) }),
  };
  return { rope, qkv, layer, options, before, buffers, numbers };
}

function bufferFor(device: GPUDevice, arena: Arena, name: string): GPUBuffer {
  const bytes = arena.bytes(name);
  const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
  const usage = STORAGE | COPY_SRC | COPY_DST;
  const buffer = device.createBuffer({ label: `test ${name}`, size: bytes.byteLength, usage });
  device.queue.writeBuffer(buffer, 0, bytes);
  return buffer;
}

/** A part as `bind` takes it. */
function bindingOf(
  { name, part, weights }: PlacedPart,
  bufferOf: (name: string) => GPUBuffer,
  numbers: ReadonlyMap<PartName, Float32Array>,
) {
  const { norm, cache, buffer, ...tensor } = part;
  const { over, epsilon = 1e-6, onePlusWeight } = norm ?? {};
  const weight = weights ? bufferOf(weights.buffer) : numbers.get(name);
  return {
    ...tensor,
    buffer: bufferOf(buffer ?? name),
    ...(norm && {
      norm: {
        epsilon,
        ...(over && { over }),
        ...(onePlusWeight !== undefined && { onePlusWeight }),
        ...(weight && { weight }),
        ...(weights && { weightDtype: weights.dtype, weightOffset: weights.offset ?? 0 }),
      },
    }),
    ...(cache && { cache: { ...cache, buffer: bufferOf(cache.buffer ?? `${name} cache`) } }),
  };
}

/** What the buffers hold now. */
export async function readArena(device: GPUDevice, { before, buffers }: QkvSetup): Promise<Arena> {
  const after = before.copy();
  for (const [name, buffer] of buffers) {
    const halves = (await readTensor(device, buffer, 'bf16')) as Uint16Array;
    after.bytes(name).set(new Uint8Array(halves.buffer, halves.byteOffset, halves.byteLength));
  }
  return after;
}

/** Puts the buffers back to what they held before the call. */
export function restore(device: GPUDevice, { before, buffers }: QkvSetup): void {
  for (const [name, buffer] of buffers) device.queue.writeBuffer(buffer, 0, before.bytes(name));
}

/**
 * Fails unless the buffers hold what the reference says of a case, to the contract, and the bad entries are counted.
 *
 * @param c The case as the buffers of ids, slots and steps say it now.
 * @returns the largest error as a share of its tolerance
 */
export async function expectResult(device: GPUDevice, setup: QkvSetup, c: QkvCase): Promise<number> {
  const { config, state } = setup.rope;
  const of = { ...setup, config, positions: state.table.capacity };
  const { worst, bad } = compareQkv(of, await readArena(device, setup), c);
  const counted = await setup.qkv.readBad();
  if (JSON.stringify(counted) !== JSON.stringify(bad)) {
    throw new Error(
      `readBad: expected ${JSON.stringify(bad)}, got ${JSON.stringify(counted)} of ${JSON.stringify(c)}`,
    );
  }
  return worst;
}

/** Encodes a case on random numbers, once, and fails unless all that came of it is right. */
export async function expectQkv(device: GPUDevice, random: Random, c: QkvCase): Promise<void> {
  await withErrorScope(device, async (own) => {
    const setup = await setUpQkv(device, own, random, c);
    submitPass(device, (pass) => setup.layer.encode(pass, setup.options));
    await expectResult(device, setup, c);
  });
}
