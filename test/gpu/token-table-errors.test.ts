import { expect, test } from 'vitest';
import {
  axial,
  createRope,
  createTokenTable,
  type TokenTableEncodeOptions,
  type TokenTableOptions,
} from 'webgpu-rope';
import { getDevice, withErrorScope } from '../support/gpu';
import { limitedDevice } from '../support/limited-device';
import { submitPass } from '../support/rotation-case';

// What a token table refuses: named, before anything is encoded.

const device = await getDevice();
const { STORAGE, COPY_DST } = GPUBufferUsage;

test.each([
  [{}, TypeError, 'tokens: expected an integer (rows), got undefined'],
  [{ tokens: 0 }, RangeError, 'tokens: expected an integer in 1..16777216 (rows), got 0'],
  [
    { tokens: 4, capacity: 2 ** 25 },
    RangeError,
    'capacity: expected an integer in 1..16777216 of positions, got 33554432',
  ],
  [
    { tokens: 4, table: 'full' },
    TypeError,
    'options: expected only tokens, capacity, dtypes, sequenceLength, tuning, unprepared, label, got "table"',
  ],
  [{ tokens: 4, dtypes: ['f64'] }, RangeError, 'dtypes[0]: expected "f32" or "f16" or "bf16", got "f64"'],
  [{ tokens: 4, unprepared: 'wait' }, RangeError, 'unprepared: expected "compile" or "refuse", got "wait"'],
])('created with %j', async (options, kind, message) => {
  const made = createTokenTable(device, { headDim: 64 }, options as unknown as TokenTableOptions);
  await expect(made).rejects.toThrow(new kind(message));
});

test('with tables of the caller, what is for frequencies', async () => {
  const caches = { headDim: 4, cosCache: new Float32Array(8), sinCache: new Float32Array(8) };
  await expect(createTokenTable(device, caches, { tokens: 4, capacity: 4 })).rejects.toThrow(
    new TypeError('capacity: expected none, as the tables are your own, got 4'),
  );
  await expect(createTokenTable(device, caches, { tokens: 4, sequenceLength: 4 })).rejects.toThrow(
    new TypeError('sequenceLength: expected none, as the tables are your own, got 4'),
  );
});

test('dynamic NTK serves the positions that its frequencies are for', async () => {
  const scaling = { type: 'dynamic', factor: 2, originalPositions: 128 } as const;
  await withErrorScope(device, async (own) => {
    const table = own(await createTokenTable(device, { headDim: 64, scaling }, { tokens: 4 }));
    expect(table.capacity).toBe(128);
    const longer = { tokens: 4, sequenceLength: 200 };
    expect(own(await createTokenTable(device, { headDim: 64, scaling }, longer)).capacity).toBe(200);
  });
});

test('a table that fits no binding', async () => {
  const small = await limitedDevice({ maxStorageBufferBindingSize: 4096 });
  await expect(createTokenTable(small, { headDim: 64 }, { tokens: 17 })).rejects.toThrow(
    /^tokens: expected at most 16 positions \(a full table takes 4352 bytes, a binding 4096\)/,
  );
});

const config = { headDim: 64, axes: axial(64, 2) };

test('encode', async () => {
  await withErrorScope(device, async (own) => {
    const plain = own(
      await createTokenTable(device, { headDim: 64 }, { tokens: 8, dtypes: ['f32'], capacity: 100 }),
    );
    const grid = own(await createTokenTable(device, config, { tokens: 8, dtypes: ['f32'] }));
    const caches = { headDim: 64, cosCache: new Float32Array(64 * 32), sinCache: new Float32Array(64 * 32) };
    const cached = own(await createTokenTable(device, caches, { tokens: 8, dtypes: ['f32'] }));
    const buffer = own(device.createBuffer({ size: 64, usage: STORAGE | COPY_DST }));
    const unbound = own(device.createBuffer({ size: 64, usage: COPY_DST }));
    const ids = { type: 'ids', buffer } as const;
    const parts = { type: 'parts', buffer, count: 1 } as const;
    const cases: [typeof plain, unknown, Error][] = [
      [
        plain,
        null,
        new TypeError('options: expected { tokens, batch, start, positions, shift, factor, row }, got null'),
      ],
      [
        plain,
        { tokens: 2, start: 0, rows: 1 },
        new TypeError(
          'options: expected only tokens, batch, start, positions, shift, factor, row, got "rows"',
        ),
      ],
      [plain, { start: 0 }, new TypeError('tokens: expected an integer, got undefined')],
      [plain, { tokens: 9, start: 0 }, new RangeError('tokens: expected an integer in 1..8, got 9')],
      [plain, { tokens: 2, batch: 0, start: 0 }, new RangeError('batch: expected an integer in 1..8, got 0')],
      [plain, { tokens: 2, row: 8, start: 0 }, new RangeError('row: expected an integer in 0..7, got 8')],
      [
        plain,
        { tokens: 3, batch: 2, row: 3, start: 0 },
        new RangeError('tokens: expected at most 8 rows (tokens of the table), got 2 x 3 from row 3 on'),
      ],
      [plain, { tokens: 2 }, new TypeError('start: expected an integer, got undefined')],
      [
        plain,
        { tokens: 2, start: 0.5 },
        new RangeError('start: expected an integer in -536870912..536870912, got 0.5'),
      ],
      [
        plain,
        { tokens: 2, start: [0, 1] },
        new RangeError('start: expected a number, or 1 of them (axes), got an array of 2'),
      ],
      [plain, { tokens: 2, start: 99 }, new RangeError('start: expected positions in -100..99, got 99..100')],
      [
        plain,
        { tokens: 2, start: -101 },
        new RangeError('start: expected positions in -100..99, got -101..-100'),
      ],
      [
        plain,
        { tokens: 2, start: 90, shift: 9 },
        new RangeError('start: expected positions in -100..99, got 99..100'),
      ],
      [cached, { tokens: 2, start: -1 }, new RangeError('start: expected positions in 0..63, got -1..0')],
      [
        plain,
        { tokens: 2, start: 0, positions: ids },
        new TypeError('start: expected none beside positions, got 0'),
      ],
      [plain, { tokens: 2, start: 0, shift: 'one' }, new TypeError('shift: expected an integer, got "one"')],
      [
        plain,
        { tokens: 2, start: 0, factor: 2 },
        new TypeError('factor: expected none, as positions are no ids of f32, got 2'),
      ],
      [
        plain,
        { tokens: 2, positions: ids, factor: 2 },
        new TypeError('factor: expected none, as positions are no ids of f32, got 2'),
      ],
      [
        plain,
        { tokens: 2, positions: { ...ids, format: 'f32' }, factor: 0 },
        new RangeError('factor: expected a number, other than 0, that float32 holds, got 0'),
      ],
      [plain, { tokens: 2, positions: 3 }, new TypeError('positions: expected { type, … }, got 3')],
      [
        plain,
        { tokens: 2, positions: { type: 'ragged' } },
        new RangeError('positions.type: expected "ids" or "grid" or "parts", got "ragged"'),
      ],
      [
        plain,
        { tokens: 2, positions: { ...ids, width: 3 } },
        new TypeError(
          'positions: expected only type, buffer, format, signed, perSequence, rowLength, offset, got "width"',
        ),
      ],
      [
        plain,
        { tokens: 2, positions: { type: 'ids' } },
        new TypeError('positions.buffer: expected a GPUBuffer, got undefined'),
      ],
      [
        plain,
        { tokens: 2, positions: { ...ids, buffer: unbound } },
        new TypeError(
          'positions.buffer: expected GPUBufferUsage.STORAGE, got usage 0x8: create it with STORAGE | …',
        ),
      ],
      [
        plain,
        { tokens: 2, positions: { ...ids, buffer: plain.positions.buffer } },
        new TypeError(
          'positions.buffer: expected a GPUBuffer other than that of the table (one dispatch cannot bind it read-only and writable), got the same',
        ),
      ],
      [
        plain,
        { tokens: 2, positions: { ...ids, format: 'i16' } },
        new RangeError('positions.format: expected "u32" or "i32" or "i64" or "f32", got "i16"'),
      ],
      [
        plain,
        { tokens: 2, positions: { ...ids, signed: 1 } },
        new TypeError('positions.signed: expected true or false, got 1'),
      ],
      [
        plain,
        { tokens: 2, positions: { ...ids, format: 'u32', signed: true } },
        new RangeError('positions.signed: expected false, as u32 has no sign, got true'),
      ],
      [
        cached,
        { tokens: 2, positions: { ...ids, signed: true } },
        new RangeError(
          'positions.signed: expected false, as tables of your own have whole positions from 0 on, got true',
        ),
      ],
      [
        cached,
        { tokens: 2, positions: { ...ids, format: 'f32' } },
        new RangeError(
          'positions.format: expected integers, as tables of your own have whole positions from 0 on, got "f32"',
        ),
      ],
      [
        plain,
        { tokens: 2, positions: { ...ids, perSequence: 1 } },
        new TypeError('positions.perSequence: expected true or false, got 1'),
      ],
      [
        plain,
        { tokens: 2, positions: { ...ids, rowLength: 1 } },
        new RangeError('positions.rowLength: expected an integer in 2..2147483648, got 1'),
      ],
      [
        plain,
        { tokens: 2, positions: { ...ids, offset: -1 } },
        new RangeError('positions.offset: expected an integer in 0..2147483648, got -1'),
      ],
      [
        plain,
        { tokens: 2, positions: { ...ids, offset: 15 } },
        new RangeError('positions.buffer: expected >= 68 bytes, got 64'),
      ],
      [
        plain,
        { tokens: 2, positions: { type: 'grid', height: 1, width: 2 } },
        new RangeError(
          'positions.type: expected a kind for one axis, as the config has no 2 or 3 axes, got "grid"',
        ),
      ],
      [
        grid,
        { tokens: 2, positions: { type: 'grid', height: 0, width: 2 } },
        new RangeError('positions.height: expected an integer in 1..2147483648, got 0'),
      ],
      [
        grid,
        { tokens: 2, positions: { type: 'grid', height: 1, width: 0 } },
        new RangeError('positions.width: expected an integer in 1..2147483648, got 0'),
      ],
      [
        grid,
        { tokens: 5, positions: { type: 'grid', height: 2, width: 2 } },
        new RangeError('positions.height: expected at least 5 cells (tokens) with width 2, got 2'),
      ],
      [
        grid,
        { tokens: 4, positions: { type: 'grid', height: 2, width: 2, origin: [1] } },
        new RangeError('positions.origin: expected a number, or 2 of them (axes), got an array of 1'),
      ],
      [
        grid,
        { tokens: 4, positions: { type: 'grid', height: 2, width: 2, origin: [0, 2 ** 24 - 1] } },
        new RangeError('positions.origin: expected positions in -16777216..16777215, got 16777215..16777216'),
      ],
      [
        grid,
        { tokens: 4, positions: { type: 'grid', height: 2, width: 2, start: 1 } },
        new TypeError('positions: expected only type, height, width, origin, got "start"'),
      ],
      [
        grid,
        { tokens: 4, positions: { ...parts, step: 1 } },
        new TypeError('positions: expected only type, buffer, count, perSequence, offset, got "step"'),
      ],
      [
        grid,
        { tokens: 4, positions: { ...parts, count: 0 } },
        new RangeError('positions.count: expected an integer in 1..268435456, got 0'),
      ],
      [
        grid,
        { tokens: 4, positions: { ...parts, count: 3 } },
        new RangeError('positions.buffer: expected >= 96 bytes, got 64'),
      ],
      [
        grid,
        { tokens: 4, positions: { ...parts, perSequence: 'no' } },
        new TypeError('positions.perSequence: expected true or false, got "no"'),
      ],
      [
        grid,
        { tokens: 4, positions: { ...parts, offset: -1 } },
        new RangeError('positions.offset: expected an integer in 0..268435456, got -1'),
      ],
    ];
    submitPass(device, (pass) => {
      for (const [table, options, error] of cases)
        expect(() => table.encode(pass, options as TokenTableEncodeOptions), error.message).toThrow(error);
      expect(() => plain.encode(null as never, { tokens: 1, start: 0 })).toThrow(
        new TypeError('pass: expected a GPUComputePassEncoder, got null'),
      );
    });
    plain.destroy();
    submitPass(device, (pass) => {
      expect(() => plain.encode(pass, { tokens: 1, start: 0 })).toThrow(
        new TypeError('token table: expected a live token table, got one that was destroyed'),
      );
    });
    expect(() => plain.rope.bind({ dtype: 'f32' })).toThrow(/rope: expected a live rope/);
  });
});

test('ids past the first binding', async () => {
  const small = await limitedDevice({ maxStorageBufferBindingSize: 65_536 });
  await withErrorScope(small, async (own) => {
    const table = own(await createTokenTable(small, { headDim: 8 }, { tokens: 8, dtypes: ['f32'] }));
    const buffer = own(small.createBuffer({ size: 131_072, usage: STORAGE }));
    submitPass(small, (pass) => {
      expect(() =>
        table.encode(pass, { tokens: 8, positions: { type: 'ids', buffer, offset: 16_380 } }),
      ).toThrow(
        new RangeError(
          'positions.buffer: expected positions within the first 65536 bytes (maxStorageBufferBindingSize), got 65552',
        ),
      );
    });
  });
});

test('a rope refuses frequencies whose angles float64 would not hold, and names the table that does', async () => {
  const scaling = { type: 'explicit', inverseFrequencies: [1, -65] } as const;
  await expect(createRope(device, { headDim: 4, scaling })).rejects.toThrow(
    new RangeError(
      'scaling.inverseFrequencies: expected from -64 to 64, or a token table (createTokenTable), got -65',
    ),
  );
});
