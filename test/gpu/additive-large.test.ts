import { expect, test } from 'vitest';
import { readTensor, uploadTensor } from 'webgpu-rope';
import { type AdditiveTensor, createAdditive } from 'webgpu-rope/additive';
import { getDevice, withErrorScope } from '../support/gpu';
import { createRandom } from '../support/random';
import { submitPass } from '../support/rotation-case';

// Past one dispatch and past one binding, on a device with default limits: 65 535 workgroups a dimension, 128 MiB a
// binding, 256 MiB a buffer. Integer rows, whose sums are known without a second tensor of that size.

const device = await getDevice();
const elements = 40 * 2 ** 20; // 160 MiB

/** Whole numbers, an odd stretch of them over and over: no two rows alike at any power of two, and sums are exact in f32. */
function tiled(count: number): Float32Array {
  const random = createRandom(count);
  const tile = Float32Array.from({ length: 99_991 }, () => random.integer(-1000, 1000));
  const data = new Float32Array(count);
  for (let at = 0; at < count; at += tile.length) data.set(tile.subarray(0, count - at), at);
  return data;
}

interface LargeCase {
  readonly dim: number;
  readonly tokens: number;
  readonly batch: number;
  readonly first?: number;
  readonly workgroupSize?: number;
  /** Positions from a buffer, `[batch, tokens]`, which every launch has to find its part of. */
  readonly byIds?: boolean;
}

async function expectLarge(
  x: Omit<AdditiveTensor, 'buffer' | 'dtype'>,
  count: number,
  { dim, tokens, batch, first = 0, workgroupSize, byIds = false }: LargeCase,
  firstOf: (sequence: number, token: number) => number,
): Promise<void> {
  await withErrorScope(device, async (own) => {
    const tuning = workgroupSize === undefined ? {} : { workgroupSize };
    const additive = own(await createAdditive(device, { type: 'integer', dim }, { dtypes: ['f32'], tuning }));
    const data = tiled(count);
    const buffer = own(uploadTensor(device, data, 'f32'));
    const layer = additive.bind({ buffer, dtype: 'f32', ...x });
    const position = (sequence: number, token: number) =>
      byIds ? ((sequence * tokens + token) * 7919) % 1_000_003 : 5 + token;
    const ids = Uint32Array.from({ length: batch * tokens }, (_, i) =>
      position(Math.floor(i / tokens), i % tokens),
    );
    const idBuffer = own(
      device.createBuffer({ size: ids.byteLength, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST }),
    );
    device.queue.writeBuffer(idBuffer, 0, ids);
    const source = byIds
      ? { positions: { type: 'ids', buffer: idBuffer, perSequence: true } as const }
      : { start: 5 };
    submitPass(device, (pass) => layer.encode(pass, { tokens, batch, first, ...source }));
    for (let sequence = 0; sequence < batch; sequence++) {
      for (let token = 0; token < tokens; token++) {
        const at = firstOf(sequence, token);
        const added = position(sequence, token);
        for (let i = at; i < at + dim; i++) data[i]! += added;
      }
    }
    const after = await readTensor(device, buffer, 'f32');
    let wrong = 0;
    for (let i = 0; i < count; i++) if (after[i] !== data[i]) wrong++;
    expect(wrong).toBe(0);
    expect(after.length).toBe(count);
    expect(await additive.readBadPositions()).toBe(0);
  });
}

test('160 000 workgroups go on along y', () =>
  expectLarge(
    {},
    80_000 * 8,
    { dim: 8, tokens: 80_000, batch: 1, workgroupSize: 1 },
    (_s, token) => token * 8,
  ));

test('past one binding: split by token', () =>
  expectLarge(
    { offset: 64 },
    elements,
    { dim: 1024, tokens: 40_000, batch: 1 },
    (_s, token) => 64 + token * 1024,
  ));

test('past one binding: split by sequence, then by token, on words alone, positions by ids', () =>
  expectLarge(
    { offset: 1, capacity: 13_500 },
    elements,
    { dim: 1023, tokens: 13_000, batch: 3, first: 400, byIds: true },
    (sequence, token) => 1 + (sequence * 13_500 + 400 + token) * 1023,
  ));

test('past one binding: tokens outside sequences, positions by ids', () =>
  expectLarge(
    { strides: { batch: 1024, token: 3 * 1024 } },
    elements,
    { dim: 1024, tokens: 13_000, batch: 3, byIds: true },
    (sequence, token) => (token * 3 + sequence) * 1024,
  ));
