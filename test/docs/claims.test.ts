import { describe, expect, it } from 'vitest';
import { createRope, type Rope, type RopeOptions, type UploadOptions, uploadTensor } from 'webgpu-rope';
import { ropeReferenceExact } from 'webgpu-rope/reference';
import { readPage } from '../../scripts/docs-pages';
import { engineBudget } from '../../scripts/size';
import { createRandom } from '../support/random';
import { readText } from './snippets';
import { StandInDevice, scope } from './stand-ins';

const engine = readPage('engine.md');

it('README.md names the budget that npm run size holds', () =>
  expect(readText('README.md')).toContain(`Below ${engineBudget / 1000} kB gzip`));

it('engine.md: the messages it quotes are thrown', async () => {
  const { device, names } = await scope();
  const gpu = device as unknown as GPUDevice;
  const pass = names.pass as GPUComputePassEncoder;
  const rope = await createRope(gpu, { headDim: 128 });
  const buffer = gpu.createBuffer({ size: 1_048_576, usage: GPUBufferUsage.STORAGE });
  const plain = rope.bind({ k: { buffer, heads: 8 }, dtype: 'f16' });
  const cached = rope.bind({ k: { buffer, heads: 8, capacity: 512 }, dtype: 'f16' });
  for (const [layer, options, message] of [
    [plain, { tokens: 1, start: 1_048_576 }, /start: expected.*/],
    [plain, { tokens: 1024, start: 0 }, /k: expected.*/],
    [cached, { tokens: 1, start: 412 }, /kFirst: expected.*/],
  ] as const) {
    const quoted = engine.match(new RegExp(`^- \`(${message.source})\`$`, 'm'))![1]!;
    expect(() => layer.encode(pass, options)).toThrow(quoted);
  }
  expect(device.dispatches).toBe(0);
});

describe('engine.md, what is created when', () => {
  const config = { headDim: 128 } as const;
  const idsOf = (names: Record<string, unknown>) =>
    ({ type: 'ids', buffer: names.idBuffer as GPUBuffer }) as const;
  const make = async (options: RopeOptions = {}) => {
    const { names } = await scope();
    const device = new StandInDevice();
    const rope = await createRope(device as unknown as GPUDevice, config, { dtypes: ['f32'], ...options });
    const layer = rope.bind({ k: { buffer: names.k as GPUBuffer, heads: 8 }, dtype: 'f32' });
    return { device, rope, layer, positions: idsOf(names), pass: names.pass as GPUComputePassEncoder };
  };
  const parameters = (device: StandInDevice) =>
    device.buffers.filter(({ label }) => label.endsWith('parameters')).map(({ size }) => size);

  it('a table of 1 MiB and 256 KiB of parameters; as many again after 1024 calls that differ', async () => {
    const { device, rope, layer, pass } = await make();
    expect(rope.state.bytes).toBe(2 ** 20);
    expect(parameters(device)).toEqual([256 * 1024]);
    for (let start = 0; start < 1024; start++) layer.encode(pass, { tokens: 1, start });
    expect(parameters(device)).toEqual([256 * 1024]);
    layer.encode(pass, { tokens: 1, start: 1024 });
    expect(parameters(device)).toEqual([256 * 1024, 256 * 1024]);
  });

  it('a plain call compiles nothing; others do once, unless they were prepared', async () => {
    const { device, rope, layer, pass, positions } = await make();
    layer.encode(pass, { tokens: 1, start: 0 });
    expect(device.compiled.atEncode).toBe(0);
    for (let i = 0; i < 2; i++) layer.encode(pass, { tokens: 1, positions });
    expect(device.compiled.atEncode).toBe(1);
    const before = device.compiled.ahead;
    await rope.prepare({ rerotate: true });
    expect(device.compiled.ahead).toBeGreaterThan(before);
  });

  it('unprepared: refuse is a TypeError that names the call to prepare', async () => {
    const { rope, layer, pass, positions } = await make({ unprepared: 'refuse' });
    expect(() => layer.encode(pass, { tokens: 1, positions })).toThrow(
      /rope\.prepare\(\{ positions: \['ids'\]/,
    );
    await rope.prepare({ positions: ['ids'] });
    expect(() => layer.encode(pass, { tokens: 1, positions })).not.toThrow();
  });

  it('at most 8 storage buffers a call', async () => {
    const { device, rope } = await make();
    await rope.prepare({ positions: ['ids', 'ragged', 'grid'], rerotate: true });
    expect(Math.max(...device.storageBuffers)).toBe(8);
  });

  it('a released state is refused, and so is the release of the one in use', async () => {
    const { names } = await scope();
    const rope = names.rope as Rope;
    const { previous } = rope.setSequenceLength(8192);
    expect(() => rope.release(rope.state)).toThrow(TypeError);
    rope.release(previous);
    expect(() => rope.release(previous)).toThrow(TypeError);
  });

  it('bits that could be numbers have to be named', async () => {
    const { device } = await make();
    const upload = (options?: UploadOptions) =>
      uploadTensor(device as unknown as GPUDevice, new Uint16Array(2), 'f16', options);
    expect(() => upload()).toThrow(TypeError);
    expect(() => upload({ as: 'bits' })).not.toThrow();
  });
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
