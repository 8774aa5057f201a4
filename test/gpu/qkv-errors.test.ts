import { describe, expect, test } from 'vitest';
import {
  createQkv,
  createRope,
  type QkvBinding,
  type QkvEncodeOptions,
  type QkvKeys,
  readTensor,
  uploadTensor,
} from 'webgpu-rope';
import { getDevice, withErrorScope } from '../support/gpu';
import { submitPass } from '../support/rotation-case';

// One case a message: what a Qkv and its layers refuse; those of a tensor, a norm and rows are in test/qkv. Nothing is written then.

const device = await getDevice();
const rope = await createRope(device, { headDim: 16 }, { dtypes: ['f32'] });
const qkv = createQkv(rope);
const { STORAGE } = GPUBufferUsage;
const buffer = (size: number): GPUBuffer => device.createBuffer({ size, usage: STORAGE });
/** Passes what the types forbid. */
const bad = <T>(value: unknown): T => value as T;

const q = { buffer: uploadTensor(device, new Float32Array(64).fill(1), 'f32'), heads: 2 };
const kCache = uploadTensor(device, new Float32Array(128).fill(7), 'f32');
const vCache = buffer(512);
const k: QkvKeys = { buffer: buffer(256), heads: 1, cache: { buffer: kCache, capacity: 8 } };
const v = { buffer: buffer(256), heads: 1, cache: { buffer: vCache, capacity: 8 } };
const all: QkvBinding = { q, k, v, dtype: 'f32' };
const at0 = { type: 'first', first: 0 } as const;
const ids = buffer(64);

const boundTwice = '(one dispatch cannot bind it read-only and writable), got the same';

type Kind = typeof TypeError | typeof RangeError;

test('createQkv: a rope, and no other', () => {
  expect(() => createQkv(bad({}))).toThrow(new TypeError('rope: expected a Rope, got a Object'));
});

describe('bind', () => {
  const norm = { epsilon: 1e-6, weight: buffer(256) } as const;
  const cases: [name: string, binding: QkvBinding, error: Kind, message: string][] = [
    ['nothing to bind', { dtype: 'f32' }, TypeError, 'binding: expected q, k or v, got a Object'],
    [
      'a misspelt part',
      bad({ ...all, Q: q }),
      TypeError,
      'binding: expected only q, k, v, dtype, headDim, rotates, got "Q"',
    ],
    ['no dtype', bad({ q }), TypeError, 'dtype: expected "f32", got undefined'],
    ['rotates: 1', bad({ ...all, rotates: 1 }), TypeError, 'rotates: expected true or false, got 1'],
    [
      'caches of two sizes',
      { ...all, v: { ...v, cache: { ...v.cache, capacity: 4 } } },
      RangeError,
      'v.cache.capacity: expected 8, as that of k, got 4',
    ],
    [
      'weights of two dtypes',
      { q: { ...q, norm }, k: { ...k, norm: { ...norm, weightDtype: 'f16' } }, dtype: 'f32' },
      RangeError,
      'k.norm.weightDtype: expected the same for all weights of a binding (numbers are f32), got "f16"',
    ],
  ];
  test.each(cases)('%s', (_, binding, error, message) => {
    expect(() => qkv.bind(binding)).toThrow(new error(message));
  });
});

describe('prepare', () => {
  const layer = qkv.bind(all);
  test.each<[preparation: object, error: Kind, message: string]>([
    [{ step: 1 }, TypeError, 'step: expected true or false, got 1'],
    [{ rows: 'last' }, RangeError, 'rows: expected "first" or "ring" or "slots" or "pages", got "last"'],
    [{ positions: 'id' }, RangeError, 'positions: expected "start" or "ids" or "ragged" or "grid", got "id"'],
    [{ dtype: 'f32' }, TypeError, 'preparation: expected only positions, rows, step, got "dtype"'],
  ])('%j', (preparation, error, message) =>
    expect(layer.prepare(preparation)).rejects.toThrow(new error(message)),
  );
});

describe('encode', () => {
  const step = { buffer: buffer(64) };
  const ragged = { type: 'ragged', indptr: ids, offsets: buffer(64), sequences: 2 } as const;
  const cases: [
    name: string,
    binding: QkvBinding,
    options: QkvEncodeOptions,
    error: Kind,
    message: string,
  ][] = [
    [
      'no options',
      all,
      bad(undefined),
      TypeError,
      'options: expected { tokens, batch, start, positions, rows, step }, got undefined',
    ],
    [
      'an option it lacks',
      all,
      bad({ tokens: 1, start: 0, rows: at0, kFirst: 0 }),
      TypeError,
      'options: expected only tokens, batch, start, positions, rows, step, got "kFirst"',
    ],
    ['no tokens', all, bad({ start: 0, rows: at0 }), TypeError, 'tokens: expected an integer, got undefined'],
    [
      'batch 0',
      all,
      { tokens: 1, batch: 0, start: 0, rows: at0 },
      RangeError,
      'batch: expected an integer in 1..2147483647, got 0',
    ],
    [
      'tokens x batch past 2^31',
      all,
      { tokens: 2 ** 20, batch: 2 ** 12, start: 0, rows: at0 },
      RangeError,
      'tokens * batch: expected an integer in 1..2147483647, got 4294967296',
    ],
    [
      'no positions',
      all,
      bad({ tokens: 1, rows: at0 }),
      TypeError,
      'start: expected an integer, got undefined',
    ],
    [
      'a start beside a step',
      all,
      bad({ tokens: 1, start: 0, rows: { type: 'first' }, step }),
      TypeError,
      'start: expected none beside step, got 0',
    ],
    [
      'ragged beside a step',
      all,
      bad({ tokens: 2, positions: ragged, rows: { type: 'first' }, step }),
      TypeError,
      'step: expected none beside ragged positions, which say their tokens themselves, got a Object',
    ],
    [
      'rows where there are none',
      { q, dtype: 'f32' },
      { tokens: 1, start: 0, rows: at0 },
      TypeError,
      'rows: expected none, as there is no cache and no capacity of k, got a Object',
    ],
    [
      'no rows',
      all,
      { tokens: 1, start: 0 },
      TypeError,
      'rows: expected where in the cache the tokens go, got undefined',
    ],
    [
      'step.perSequence: 1',
      all,
      bad({ tokens: 1, rows: { type: 'first' }, step: { ...step, perSequence: 1 } }),
      TypeError,
      'step.perSequence: expected true or false, got 1',
    ],
    [
      'step.offset -1',
      all,
      { tokens: 1, rows: { type: 'first' }, step: { ...step, offset: -1 } },
      RangeError,
      'step.offset: expected an integer in 0..2147483648, got -1',
    ],
    [
      'a step past its buffer',
      all,
      { tokens: 1, rows: { type: 'first' }, step: { ...step, offset: 14 } },
      RangeError,
      'step.buffer: expected >= 68 bytes, buffer has 64',
    ],
    [
      'a step in a cache',
      all,
      { tokens: 1, rows: { type: 'first' }, step: { buffer: vCache } },
      TypeError,
      `step.buffer: expected a GPUBuffer other than that of v.cache ${boundTwice}`,
    ],
    [
      'ids in Q',
      all,
      { tokens: 1, positions: { type: 'ids', buffer: q.buffer }, rows: at0 },
      TypeError,
      `positions.buffer: expected a GPUBuffer other than that of q ${boundTwice}`,
    ],
    [
      'slots in a cache',
      all,
      { tokens: 1, start: 0, rows: { type: 'slots', buffer: kCache } },
      TypeError,
      `rows.buffer: expected a GPUBuffer other than that of k.cache ${boundTwice}`,
    ],
    [
      'pages in a cache',
      all,
      {
        tokens: 1,
        start: 0,
        rows: { type: 'pages', table: kCache, pageSize: 2, pagesPerSequence: 4, first: 0 },
      },
      TypeError,
      `rows.table: expected a GPUBuffer other than that of k.cache ${boundTwice}`,
    ],
    [
      'Q over the cache of K',
      { q: { ...q, buffer: kCache, offset: 64 }, k, dtype: 'f32' },
      { tokens: 2, start: 0, rows: at0 },
      RangeError,
      'k.cache: expected bytes apart from those of q in the same buffer, got q at 256..511 and k.cache at 0..511',
    ],
    [
      'a cache too small',
      { k: { ...k, cache: { buffer: kCache, capacity: 9 } }, dtype: 'f32' },
      { tokens: 1, start: 0, rows: at0 },
      RangeError,
      'k.cache: expected >= 576 bytes for [9 tokens, 1 heads, 16 dims] of f32, buffer has 512',
    ],
  ];
  test.each(cases)('%s', async (_, binding, options, error, message) => {
    await withErrorScope(device, async () => {
      const layer = qkv.bind(binding);
      submitPass(device, (pass) => {
        expect(() => layer.encode(pass, options)).toThrow(new error(message));
      });
      expect([...(await readTensor(device, q.buffer, 'f32'))]).toEqual(new Array(64).fill(1));
      expect([...(await readTensor(device, kCache, 'f32'))]).toEqual(new Array(128).fill(7));
    });
  });

  test('no pass', () => {
    const options = { tokens: 1, start: 0, rows: at0 } as const;
    expect(() => qkv.bind(all).encode(bad({}), options)).toThrow(/^pass: expected a GPUComputePassEncoder/);
  });

  test('after a refused call the next one is placed anew', () => {
    const layer = qkv.bind(all);
    const call = { tokens: 2, start: 0, rows: at0 };
    submitPass(device, (pass) => {
      layer.encode(pass, call);
      expect(() => layer.encode(pass, { ...call, tokens: 9 })).toThrow(RangeError);
      expect(() => layer.encode(pass, { ...call, tokens: 9 })).toThrow(RangeError);
      layer.encode(pass, call);
    });
  });
});

describe('ended', () => {
  const call = { tokens: 1, start: 0, rows: at0 };

  test('a qkv that was destroyed', async () => {
    const own = createQkv(rope);
    const layer = own.bind(all);
    own.destroy();
    const error = new TypeError('qkv: expected a live qkv, got one that was destroyed');
    submitPass(device, (pass) => expect(() => layer.encode(pass, call)).toThrow(error));
    expect(() => own.bind(all)).toThrow(error);
    await expect(layer.prepare()).rejects.toThrow(error);
    await expect(own.readBad()).rejects.toThrow(error);
  });

  test('its rope was destroyed', async () => {
    const ended = await createRope(device, { headDim: 16 }, { dtypes: ['f32'] });
    const layer = createQkv(ended).bind(all);
    ended.destroy();
    submitPass(device, (pass) =>
      expect(() => layer.encode(pass, call)).toThrow(/^rope: expected a live rope/),
    );
  });

  test('a call that was not prepared, where the rope compiles nothing at encode', async () => {
    const strict = await createRope(device, { headDim: 16 }, { dtypes: ['f32'], unprepared: 'refuse' });
    const layer = createQkv(strict).bind(all);
    submitPass(device, (pass) => {
      expect(() => layer.encode(pass, call)).toThrow(
        new TypeError(
          'qkv: expected a call that was prepared, got another: await layer.prepare({ … }) first',
        ),
      );
    });
    await layer.prepare();
    submitPass(device, (pass) => layer.encode(pass, call));
  });
});
