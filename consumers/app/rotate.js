// What an application does with the package, small: rotates a Q in f32 and a K in an f16 cache, and compares both with the float64
// reference. Every tool and runtime has to bring it to run.
import { createRope, fromStorage, readTensor, ropeFrequencies, toStorage, uploadTensor } from 'webgpu-rope';
import { createAdditive } from 'webgpu-rope/additive';
import { contextReport } from 'webgpu-rope/analysis';
import { createAttentionBias } from 'webgpu-rope/bias';
import { ropeReferenceExact } from 'webgpu-rope/reference';

const config = { headDim: 64, rotaryDim: 48, theta: 500_000 };
const [tokens, past, capacity, qHeads, kHeads] = [5, 4090, 9, 4, 2];

/** Numbers in [-1, 1), the same for the same seed. */
export function numbersOf(seed, length) {
  let state = seed >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/**
 * The largest error, as a share of what is allowed: 5e-7 of the pair, elements being below 1, and one unit in the last place of f16.
 *
 * @throws {Error} an element is off by more, or one that is not rotated has changed
 */
export function worstShare(name, got, exact, { dtype, before }) {
  if (got.length !== exact.length)
    throw new Error(`${name}: expected ${exact.length} elements, got ${got.length}`);
  let worst = 0;
  for (let i = 0; i < exact.length; i++) {
    const isLeftAlone = exact[i] === before[i];
    const ulp = dtype === 'f16' ? Math.max(Math.abs(exact[i]) * 2 ** -10, 2 ** -24) : 2 ** -124;
    const share = isLeftAlone && got[i] === before[i] ? 0 : Math.abs(got[i] - exact[i]) / (5e-7 + ulp);
    // NaN is none of them.
    if (!(share <= 1) || (isLeftAlone && share !== 0)) {
      throw new Error(`${name}[${i}]: expected ${exact[i]}, got ${got[i]}`);
    }
    worst = Math.max(worst, share);
  }
  return worst;
}

/** @returns the largest errors of Q and K, as shares of what is allowed */
export async function rotateAndCompare(device, seed) {
  for (const name of [createAdditive, contextReport, createAttentionBias]) {
    if (typeof name !== 'function') throw new Error(`subpaths: expected functions, got ${typeof name}`);
  }
  const errors = [];
  device.addEventListener?.('uncapturederror', ({ error }) => errors.push(error.message));
  const rope = await createRope(device, config, { dtypes: ['f32', 'f16'] });
  const q = numbersOf(seed, tokens * qHeads * config.headDim);
  const k = toStorage(numbersOf(seed + 1, capacity * kHeads * config.headDim), 'f16');
  const qBuffer = uploadTensor(device, q, 'f32');
  const kBuffer = uploadTensor(device, k, 'f16', { as: 'bits' });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  rope.bind({ q: { buffer: qBuffer, heads: qHeads }, dtype: 'f32' }).encode(pass, { tokens, start: past });
  rope
    .bind({ k: { buffer: kBuffer, heads: kHeads, capacity }, dtype: 'f16' })
    .encode(pass, { tokens, start: past, kFirst: 2 });
  pass.end();
  device.queue.submit([encoder.finish()]);

  const { headDim, rotaryDim } = config;
  const frequencies = ropeFrequencies(config);
  const rotation = { headDim, rotaryDim, pairing: 'half', tokens, positions: past, ...frequencies };
  const qExact = ropeReferenceExact(q, { ...rotation, dtype: 'f32', heads: qHeads });
  const kExact = ropeReferenceExact(k, { ...rotation, dtype: 'f16', heads: kHeads, capacity, first: 2 });
  const qGot = await readTensor(device, qBuffer, 'f32');
  const kGot = fromStorage(await readTensor(device, kBuffer, 'f16'), 'f16');
  const shares = {
    q: worstShare('q', qGot, qExact, { dtype: 'f32', before: q }),
    k: worstShare('k', kGot, kExact, { dtype: 'f16', before: fromStorage(k, 'f16') }),
  };
  rope.destroy();
  qBuffer.destroy();
  kBuffer.destroy();
  if (errors.length > 0) throw new Error(errors.join('\n'));
  return shares;
}
