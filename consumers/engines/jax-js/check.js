// An operation writes the array, the package rotates it, an operation reads it.
import { numpy as np } from '@jax-js/jax';
import { createRope, ropeFrequencies } from 'webgpu-rope';
import { numbersOf } from '../../app/rotate.js';
import { report } from '../report.js';
import { shareOf } from '../share.js';
import { openDevice, rotateArray } from './adapter.js';

const [tokens, heads, headDim, start] = [7, 2, 32, 5000];
const config = { headDim };
const rotation = { heads, headDim, pairing: 'half', tokens, positions: start, ...ropeFrequencies(config) };

report(async (seed) => {
  const device = await openDevice();
  const rope = await createRope(device, config, { dtypes: ['f32'] });
  const values = numbersOf(seed, tokens * heads * headDim);
  const before = values.map((value) => value * 0.5);
  const array = np.array(values).reshape([tokens, heads, headDim]).mul(0.5);
  // `.ref` keeps the array for what comes after: an operation takes it away otherwise.
  await rotateArray(device, rope, array.ref, start);
  const share = shareOf(before, Float32Array.from(await array.mul(-1).mul(-1).data()), rotation);
  return { share };
});
