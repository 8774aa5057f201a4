import { expect, it } from 'vitest';
import { createRope } from 'webgpu-rope';
import { ropeReferenceExact } from 'webgpu-rope/reference';
import { readPage } from '../../scripts/docs-pages';
import { engineBudget } from '../../scripts/size';
import { createRandom } from '../support/random';
import { readText } from './snippets';
import { scope } from './stand-ins';

const engine = readPage('engine.md');

it('README.md names the budget that npm run size holds', () =>
  expect(readText('README.md')).toContain(`Below ${engineBudget / 1000} kB gzip`));

it('engine.md: the messages it quotes are thrown', async () => {
  const { device, names } = await scope();
  const gpu = device as unknown as GPUDevice;
  const pass = names.pass as GPUComputePassEncoder;
  const rope = await createRope(gpu, { headDim: 128 });
  const buffer = gpu.createBuffer({ size: 1_048_576, usage: GPUBufferUsage.STORAGE });
  const layer = rope.bind({ k: { buffer, heads: 8 }, dtype: 'f16' });
  const positions = { type: 'ids', buffer: names.idBuffer as GPUBuffer } as const;
  for (const [options, message] of [
    [{ tokens: 1, start: 1_048_576 }, /start: expected.*/],
    [{ tokens: 1024, start: 0 }, /k: expected.*/],
    [{ tokens: 1, positions }, /positions: expected.*/],
  ] as const) {
    const quoted = engine.match(new RegExp(`^- \`(${message.source})\`$`, 'm'))![1]!;
    expect(() => layer.encode(pass, options)).toThrow(quoted);
  }
  expect(device.dispatches).toBe(0);
});

it('engine.md: the backward pass is s * s times the inverse', () => {
  const random = createRandom(1);
  const numbers = () => Float32Array.from({ length: 64 }, () => random.normal());
  const [x, gradient] = [numbers(), numbers()];
  const attentionFactor = 1.25;
  const options = {
    dtype: 'f32',
    heads: 1,
    headDim: 64,
    pairing: 'half',
    tokens: 1,
    positions: 412,
    inverseFrequencies: Array.from({ length: 32 }, (_, i) => 0.7 ** i),
    attentionFactor,
  } as const;
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);
  const forward = ropeReferenceExact(x, options);
  const inverse = ropeReferenceExact(gradient, { ...options, inverse: true });
  // <Rx, g> = <x, R^T g> for every x and g.
  expect(dot(x, inverse) * attentionFactor ** 2).toBeCloseTo(dot(forward, gradient), 10);
});
