import { describe, expect, test } from 'vitest';
import { createRope, type RopeOptions } from 'webgpu-rope';
import { getDevice } from '../support/gpu';
import { withHole } from '../support/holes';
import type { Wrong } from '../support/wrong';

const device = await getDevice();
const headDim = 64;

describe('createRope', () => {
  const cases: [name: string, config: unknown, options: unknown, wrong: Wrong][] = [
    [
      'odd rotary dimension',
      { headDim: 128, rotaryDim: 97 },
      {},
      { error: RangeError, message: 'rotaryDim: expected an even integer in 2..128 (headDim), got 97' },
    ],
    [
      'rotary dimension past 2048',
      { headDim: 4096 },
      {},
      { error: RangeError, message: 'rotaryDim: expected an even integer in 2..2048, got 4096' },
    ],
    [
      'unknown dtype',
      { headDim },
      { dtypes: ['f64'] },
      { error: RangeError, message: 'dtypes[0]: expected "f32" or "f16" or "bf16", got "f64"' },
    ],
    [
      'no dtypes',
      { headDim },
      { dtypes: [] },
      { error: TypeError, message: 'dtypes: expected at least one dtype, got an array of 0' },
    ],
    [
      'capacity past 2^24',
      { headDim },
      { capacity: 2 ** 24 + 1 },
      {
        error: RangeError,
        message: 'capacity: expected an integer in 1..16777216 of positions, got 16777217',
      },
    ],
    [
      'a full table that fits no binding',
      { headDim: 128 },
      { table: 'full' },
      {
        error: RangeError,
        message:
          'capacity: expected at most 262144 positions (a full table takes 536870912 bytes, a binding 134217728), ' +
          'or table "two-digit", got 1048576',
      },
    ],
    [
      'a hole among the dtypes',
      { headDim },
      { dtypes: withHole(['f32', 'f16'], 1) },
      { error: TypeError, message: 'dtypes[1]: expected "f32" or "f16" or "bf16", got undefined' },
    ],
    [
      'unknown table',
      { headDim },
      { table: 'half' },
      { error: RangeError, message: 'table: expected "two-digit" or "full", got "half"' },
    ],
    [
      'unknown option',
      { headDim },
      { dtype: 'f32' },
      {
        error: TypeError,
        message:
          'options: expected only dtypes, capacity, table, phases, sequenceLength, tuning, unprepared, label, got "dtype"',
      },
    ],
    [
      'a workgroup past the limit',
      { headDim },
      { tuning: { workgroupSize: 512 } },
      { error: RangeError, message: 'tuning.workgroupSize: expected an integer in 1..256, got 512' },
    ],
    [
      'a tuning that is none',
      { headDim },
      { tuning: 5 },
      { error: TypeError, message: 'tuning: expected { workgroupSize, invocations, firstHeadAhead }, got 5' },
    ],
    [
      'a tuning of another type',
      { headDim },
      { tuning: { firstHeadAhead: 1 } },
      { error: TypeError, message: 'tuning.firstHeadAhead: expected true or false, got 1' },
    ],
    [
      'an answer to unprepared calls that is none',
      { headDim },
      { unprepared: 'stall' },
      { error: RangeError, message: 'unprepared: expected "compile" or "refuse", got "stall"' },
    ],
    [
      'unknown tuning',
      { headDim },
      { tuning: { heads: 4 } },
      {
        error: TypeError,
        message: 'tuning: expected only workgroupSize, invocations, firstHeadAhead, got "heads"',
      },
    ],
  ];
  test.each(cases)('%s', async (_name, config, options, { error, message }) => {
    const creation = createRope(device, config as { headDim: number }, options as RopeOptions);
    await expect(creation).rejects.toThrow(error);
    await expect(creation).rejects.toThrow(message as string);
  });

  test('no device', async () => {
    const creation = createRope({} as GPUDevice, { headDim });
    await expect(creation).rejects.toThrow('device: expected a GPUDevice, got a Object');
  });
});
