// Written and read by TypeGPU, rotated by the package.
import { createRope, requestRopeDevice, ropeFrequencies } from 'webgpu-rope';
import { numbersOf } from '../../app/rotate.js';
import { report } from '../report.js';
import { shareOf } from '../share.js';
import { rootOn, rotateBuffer, tensorIn } from './adapter.js';

const [tokens, heads, headDim, start] = [7, 2, 32, 5000];
const config = { headDim };
const rotation = { heads, headDim, pairing: 'half', tokens, positions: start, ...ropeFrequencies(config) };

report(async (seed) => {
  const root = rootOn(await requestRopeDevice());
  const rope = await createRope(root.device, config, { dtypes: ['f32'] });
  const before = numbersOf(seed, tokens * heads * headDim);
  const buffer = tensorIn(root, before.length);
  buffer.write([...before]);
  rotateBuffer(root, rope, buffer, { tokens, heads, start });
  const share = shareOf(before, Float32Array.from(await buffer.read()), rotation);
  return { share, padding: root.unwrap(buffer).size - 4 * before.length };
});
