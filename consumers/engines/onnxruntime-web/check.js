// A projection, our rotation, a projection: three sessions' worth, against one session with a RotaryEmbedding between them.
import * as ort from 'onnxruntime-web/webgpu';
import { createRope, readTensor, requestRopeDevice, ropeFrequencies, uploadTensor } from 'webgpu-rope';
import { ropeReferenceExact } from 'webgpu-rope/reference';
import { numbersOf, worstShare } from '../../app/rotate.js';
import { report } from '../report.js';
import { deviceOfSessions, openSession, rotateOutput } from './adapter.js';

ort.env.wasm.wasmPaths = '/node_modules/onnxruntime-web/dist/';
ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

const { tokens, heads, headDim, start, width } = await (await fetch('/models/shape.json')).json();
const config = { headDim, theta: 10_000 };
const rotation = {
  dtype: 'f32',
  heads,
  headDim,
  pairing: 'half',
  tokens,
  positions: start,
  ...ropeFrequencies(config),
};
const modelOf = async (name) => new Uint8Array(await (await fetch(`/models/${name}.onnx`)).arrayBuffer());
const inputOf = (seed) => numbersOf(seed, tokens * width);
const tensorOf = (values) => new ort.Tensor('float32', values, [1, tokens, width]);

/** The largest difference, as a share of the largest element. */
function difference(got, expected) {
  const largest = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(got[i] - value))) / largest;
}

// Two rotations to 5e-7 each, and sums of `width` products in two orders, whose terms are within the largest element.
const allowed = 2 * 5e-7 + width * 2 ** -23;

/** Rotates between two sessions and compares with the session that has it all. */
async function betweenTwoSessions(device, sessions, input) {
  const rope = await createRope(device, config, { dtypes: ['f32'] });
  const { q } = await sessions.project.run({ x: tensorOf(input) });
  const size = tokens * width;
  const before = await readTensor(device, q.gpuBuffer, 'f32', { length: size });
  rotateOutput(device, rope, q, { heads, start });
  const got = await readTensor(device, q.gpuBuffer, 'f32', { length: size });
  // The projection's elements are below `width`: so is what the rotation may be off.
  const share = worstShare(
    'q',
    got.map((value) => value / width),
    ropeReferenceExact(before, rotation).map((value) => value / width),
    { dtype: 'f32', before: before.map((value) => value / width) },
  );
  const { y } = await sessions.finish.run({ q });
  const whole = await sessions.whole.run({ x: tensorOf(input), ...positions() });
  const far = difference(await y.getData(), await whole.y.getData());
  if (!(far <= allowed)) throw new Error(`y: expected a difference below ${allowed}, got ${far}`);
  const bytes = q.gpuBuffer.size;
  q.dispose();
  y.dispose();
  whole.y.dispose();
  return { share, far, padding: bytes - 4 * size };
}

const positions = () => ({
  positions: new ort.Tensor(
    'int64',
    BigInt64Array.from({ length: tokens }, (_, i) => BigInt(i)),
    [1, tokens],
  ),
});

async function openAll(device, options) {
  const open = async (name) => openSession(await modelOf(name), device, options);
  return { project: await open('project'), finish: await open('finish'), whole: await open('whole') };
}

const cases = {
  /** Everything on a device of ours. */
  async ours(seed) {
    const device = await requestRopeDevice();
    const sessions = await openAll(device);
    return betweenTwoSessions(device, sessions, inputOf(seed));
  },

  /** Everything on the device that onnxruntime made. */
  async theirs(seed) {
    const sessions = await openAll(undefined);
    return betweenTwoSessions(await deviceOfSessions(), sessions, inputOf(seed));
  },

  /** Whether the setter alone makes sessions use a device of ours. */
  async setter() {
    const device = await requestRopeDevice();
    let refused = '';
    try {
      ort.env.webgpu.device = device;
    } catch (error) {
      refused = String(error);
    }
    await ort.InferenceSession.create(await modelOf('project'), { executionProviders: ['webgpu'] });
    return { isOurs: (await deviceOfSessions()) === device, refused };
  },

  /** What comes of a rotation submitted while the run is under way. */
  async unawaited(seed) {
    const device = await requestRopeDevice();
    const { project } = await openAll(device);
    const rope = await createRope(device, config, { dtypes: ['f32'] });
    const input = inputOf(seed);
    const plain = await project.run({ x: tensorOf(input) });
    const expected = await plain.q.getData();
    const buffer = uploadTensor(device, new Float32Array(tokens * width), 'f32');
    const q = ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: [1, tokens, width] });
    const running = project.run({ x: tensorOf(input) }, { q });
    rotateOutput(device, rope, q, { heads, start });
    await running;
    const got = await readTensor(device, buffer, 'f32');
    return { isUnrotated: got.every((value, i) => value === expected[i]) };
  },

  /** Launches recorded once and replayed, our rotation after each replay. */
  async capture(seed) {
    const device = await requestRopeDevice();
    const rope = await createRope(device, config, { dtypes: ['f32'] });
    const project = await openSession(await modelOf('project'), device, { enableGraphCapture: true });
    const input = uploadTensor(device, inputOf(seed), 'f32');
    const x = ort.Tensor.fromGpuBuffer(input, { dataType: 'float32', dims: [1, tokens, width] });
    const shares = [];
    for (let run = 0; run < 4; run++) {
      device.queue.writeBuffer(input, 0, inputOf(seed + run));
      const { q } = await project.run({ x });
      const before = await readTensor(device, q.gpuBuffer, 'f32', { length: tokens * width });
      rotateOutput(device, rope, q, { heads, start });
      const got = await readTensor(device, q.gpuBuffer, 'f32', { length: tokens * width });
      const scaled = (values) => values.map((value) => value / width);
      shares.push(
        worstShare('q', scaled(got), scaled(ropeReferenceExact(before, rotation)), {
          dtype: 'f32',
          before: scaled(before),
        }),
      );
    }
    return { share: Math.max(...shares) };
  },
};

report((seed, name) => cases[name](seed));
