// An operation writes the tensor, the package rotates it, an operation reads it.
import * as tf from '@tensorflow/tfjs-core';
import { createRope, requestRopeDevice, ropeFrequencies } from 'webgpu-rope';
import { numbersOf } from '../../app/rotate.js';
import { report } from '../report.js';
import { shareOf } from '../share.js';
import { rotateTensor, useDevice } from './adapter.js';

const [tokens, heads, headDim, start] = [9, 4, 64, 5000];
const config = { headDim };
const rotation = { heads, headDim, pairing: 'half', tokens, positions: start, ...ropeFrequencies(config) };

report(async (seed) => {
  const device = await requestRopeDevice();
  const backend = await useDevice(device);
  const rope = await createRope(device, config, { dtypes: ['f32'] });
  const [a, b] = [seed, seed + 1].map((each) => numbersOf(each, tokens * heads * headDim));
  const half = (values) => tf.mul(tf.tensor(values, [tokens, heads, headDim]), 0.5);
  const before = a.map((value, i) => Math.fround(value * 0.5) + Math.fround(b[i] * 0.5));

  const x = tf.add(half(a), half(b));
  rotateTensor(backend, rope, x, start);
  // Minus twice, so that an operation of the library reads what was rotated.
  const share = shareOf(before, await tf.neg(tf.neg(x)).data(), rotation);

  // What docs/adapters.md warns of: the same without a flush.
  const late = tf.add(half(a), half(b));
  const buffer = backend.tensorMap.get(late.dataId).resource;
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  rope.bind({ q: { buffer, heads }, dtype: 'f32' }).encode(pass, { tokens, start });
  pass.end();
  device.queue.submit([encoder.finish()]);
  const lost = await late.data();
  const isLost = lost.every((value, i) => value === before[i]);
  if (!isLost) throw new Error('a rotation without a flush: expected it to be lost');
  return { share, padding: buffer.size - 4 * before.length };
});
