import { describe, expect, test } from 'vitest';
import { createRope, readTensor, uploadTensor } from 'webgpu-rope';
import { liveDevice } from '../../src/kernel/device';
import { probeF16 } from '../../src/kernel/native-f16';
import { nativeTexts } from '../../src/kernel/native-text';
import { getDevice, requestAdapter, withErrorScope } from '../support/gpu';
import { createRandom } from '../support/random';
import { createCaseRope, expectRotation, submitPass } from '../support/rotation-case';
import { watchedDevice } from '../support/watched-device';

// f16 by the device's own type, where it has one that keeps the contract; by integers elsewhere. Firefox with lavapipe has it.

const hasF16 = (await requestAdapter()).features.has('shader-f16');
const withF16 = async (): Promise<GPUDevice> =>
  (await requestAdapter()).requestDevice({ requiredFeatures: ['shader-f16'] });

const shape = {
  dtype: 'f16',
  headDim: 64,
  tokens: 5,
  start: 1000,
  q: { heads: 3 },
  k: { heads: 2 },
} as const;

test('a device without the feature converts by integers, and no probe is submitted', async () => {
  const { device, created } = await watchedDevice();
  const rope = await createRope(device, { headDim: 64 }, { dtypes: ['f16'] });
  expect(rope.f16Conversion).toBe('integers');
  expect(created.filter(({ method }) => method === 'submit')).toEqual([]);
  device.destroy();
});

test('the shared device of the other tests converts by integers', async () => {
  const device = await getDevice();
  await withErrorScope(device, async (own) => {
    const rope = await createCaseRope(device, own, { ...shape, pairing: 'half' });
    expect(rope.f16Conversion).toBe('integers');
  });
});

// What an adapter does not have cannot be tried on it: these names say so.
describe.runIf(hasF16)('an adapter with shader-f16', () => {
  test('passes the probe; ropes of the device share it', async () => {
    const device = await withF16();
    const submit = device.queue.submit.bind(device.queue);
    let submits = 0;
    device.queue.submit = (...args) => {
      submits++;
      submit(...args);
    };
    // Which of the texts compile is the browser's own affair; the last one has to.
    expect(await probeF16(device, nativeTexts[1])).toBe(true);
    submits = 0;
    const options = { dtypes: ['f16'] } as const;
    const ropes = await Promise.all([64, 128].map((headDim) => createRope(device, { headDim }, options)));
    expect(ropes.map((rope) => rope.f16Conversion)).toEqual(['native', 'native']);
    // The probe, and the read-back of its two outputs.
    expect(submits).toBe(3);
    device.destroy();
  });

  test('a text that does not compile gives way to the next', async () => {
    const device = await withF16();
    const seen: string[] = [];
    const shared = await liveDevice(device, async (_device, textOf) => {
      seen.push(textOf('return pack2x16float(vec2f(halves));'));
      return seen.length === 2;
    });
    expect(seen).toEqual(['return bitcast<u32>(halves);', 'return pack2x16float(vec2f(halves));']);
    expect(shared.f16).toBe('native');
    const native = 'fn f() { return pack2x16float(vec2f(halves)); }';
    expect(shared.codeFor('f16', 'plain', native)).toBe(native);
    expect(shared.codeFor('bf16', 'plain', native)).toBe('plain');
    device.destroy();
  });

  test.each(['half', 'interleaved'] as const)(
    '%s: keeps the contract, special values too',
    async (pairing) => {
      const device = await withF16();
      await withErrorScope(device, async (own) => {
        for (const headDim of [64, 20]) {
          await expectRotation(device, own, createRandom(headDim), {
            ...shape,
            headDim,
            pairing,
            special: true,
          });
        }
      });
      device.destroy();
    },
  );

  test.each([
    ['says no', async () => false],
    [
      'fails',
      async () => {
        throw new Error('lost');
      },
    ],
  ])('a probe that %s: integers, with the same bits', async (_name, probe) => {
    const values = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i) * 3);
    const results = [];
    for (const fails of [true, false]) {
      const device = await withF16();
      if (fails) await liveDevice(device, probe);
      const rope = await createRope(device, { headDim: 64 }, { dtypes: ['f16'] });
      expect(rope.f16Conversion).toBe(fails ? 'integers' : 'native');
      const buffer = uploadTensor(device, values, 'f16');
      const layer = rope.bind({ q: { buffer, heads: 1 }, dtype: 'f16' });
      // Position 0 is the identity: conversion alone.
      submitPass(device, (pass) => layer.encode(pass, { tokens: 1, start: 0 }));
      results.push(await readTensor(device, buffer, 'f16'));
      device.destroy();
    }
    expect(results[0]).toEqual(results[1]);
  });
});
