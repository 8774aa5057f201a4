import { expect, test } from 'vitest';
import { createRope, type Rope, readTensor, uploadTensor } from 'webgpu-rope';
import { getDevice, requestAdapter, withErrorScope } from '../support/gpu';
import { createRandom, randomTensor } from '../support/random';
import { submitPass } from '../support/rotation-case';
import { expectThrow } from '../support/wrong';

// A rope that was destroyed, and devices that are gone.

const device = await getDevice();
const headDim = 64;
const before = randomTensor('f32', 4 * headDim, createRandom(9));
const gone = /^device: expected a live GPUDevice, got one that was lost/;

test('a device that is lost while createRope compiles', async () => {
  const doomed = await (await requestAdapter()).requestDevice();
  const creation = createRope(doomed, { headDim }, { dtypes: ['f32'] });
  doomed.destroy();
  // Firefox says that the device was lost only after the pipelines are there; then the rope says so.
  const outcome = await creation.catch((error: unknown) => error);
  await doomed.lost;
  if (outcome instanceof Error) return;
  const buffer = device.createBuffer({ size: 1024, usage: GPUBufferUsage.STORAGE });
  const bind = () => (outcome as Rope).bind({ q: { buffer, heads: 4 }, dtype: 'f32' });
  expect(bind).toThrow(gone);
  buffer.destroy();
});

test('a destroyed rope, and its layers', async () => {
  await withErrorScope(device, async (own) => {
    const buffer = own(uploadTensor(device, before, 'f32'));
    const ended = await createRope(device, { headDim }, { dtypes: ['f32'] });
    const layer = ended.bind({ q: { buffer, heads: 4 }, dtype: 'f32' });
    ended.destroy();
    ended.destroy();
    const wrong = { error: TypeError, message: 'rope: expected a live rope, got one that was destroyed' };
    expectThrow(() => ended.bind({ q: { buffer, heads: 4 }, dtype: 'f32' }), wrong);
    submitPass(device, (pass) => expectThrow(() => layer.encode(pass, { tokens: 1, start: 0 }), wrong));
    expect(await readTensor(device, buffer, 'f32')).toEqual(before);
  });
});

test('a device whose lost has resolved', async () => {
  const doomed = await (await requestAdapter()).requestDevice();
  const onDoomed = await createRope(doomed, { headDim }, { dtypes: ['f32'] });
  const buffer = doomed.createBuffer({ size: 4096, usage: GPUBufferUsage.STORAGE });
  const layer = onDoomed.bind({ q: { buffer, heads: 4 }, dtype: 'f32' });
  const pass = doomed.createCommandEncoder().beginComputePass();
  doomed.destroy();
  await doomed.lost;
  const wrong = {
    error: TypeError,
    message: /^device: expected a live GPUDevice, got one that was lost \(destroyed\)/,
  };
  expectThrow(() => layer.encode(pass, { tokens: 1, start: 0 }), wrong);
  expectThrow(() => onDoomed.bind({ q: { buffer, heads: 4 }, dtype: 'f32' }), wrong);
  await expect(createRope(doomed, { headDim }, { dtypes: ['f32'] })).rejects.toThrow(wrong.message);
  onDoomed.destroy();
});

test('a device lost before its first rope', async () => {
  const doomed = await (await requestAdapter()).requestDevice();
  doomed.destroy();
  await doomed.lost;
  await expect(createRope(doomed, { headDim })).rejects.toThrow(/^device: expected a live GPUDevice/);
});
