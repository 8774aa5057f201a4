import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, createServer, preview } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LaunchedBrowser, launchBrowser } from '../../scripts/browser';
import { waitMs } from '../support/hang';
import { family } from './family';
import { installPacked, type Project, typeCheck, writeFiles } from './project';

const page = '<!doctype html><title>consumer</title><script type="module" src="./main.ts"></script>';

const main = `
  import { createRope, readTensor, uploadTensor } from 'webgpu-rope';
  import wgsl from 'webgpu-rope/shaders/rope.wgsl?raw';
  import { familyFailures } from './family';

  async function rotate() {
    const adapter = await navigator.gpu.requestAdapter();
    const device = await adapter.requestDevice();
    const input = Float32Array.from({ length: 2 * 3 * 64 }, (_, i) => Math.sin(i + 1));
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
    const buffer = device.createBuffer({ size: input.byteLength, usage, mappedAtCreation: true });
    new Float32Array(buffer.getMappedRange()).set(input);
    buffer.unmap();
    const rope = await createRope(device, { headDim: 64 }, { dtypes: ['f32'] });
    const layer = rope.bind({ q: { buffer, heads: 3 }, dtype: 'f32' });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    layer.encode(pass, { tokens: 2, start: 0 });
    pass.end();
    device.queue.submit([encoder.finish()]);
    const output = await readTensor(device, buffer, 'f32');
    rope.destroy();
    buffer.destroy();
    device.destroy();
    return { input: [...input], output: [...output], wgsl };
  }

  // Every entry point of the shipped modules: by ids and back again, on chunks and on words, in each dtype, on 1 and 3 axes.
  async function roundTrips() {
    const adapter = await navigator.gpu.requestAdapter();
    const device = await adapter.requestDevice();
    const failures = [];
    device.onuncapturederror = ({ error }) => failures.push(error.message);
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
    const ids = device.createBuffer({ size: 36, usage });
    device.queue.writeBuffer(ids, 0, Int32Array.of(7, 70, 700, 8, 80, 800, 9, 90, 900));
    for (const headDim of [64, 20]) {
      for (const pairing of ['half', 'interleaved']) {
        for (const axes of [null, { count: 3, pairAxis: Array.from({ length: headDim / 2 }, (_, i) => i % 3) }]) {
          const rope = await createRope(device, { headDim, pairing, axes }, { });
          for (const dtype of ['f32', 'f16', 'bf16']) {
            const values = Float32Array.from({ length: 3 * 2 * headDim }, (_, i) => Math.sin(i + 1));
            const buffer = uploadTensor(device, values, dtype);
            const before = await readTensor(device, buffer, dtype);
            const positions = { type: 'ids', buffer: ids };
            const run = async (encode) => {
              const encoder = device.createCommandEncoder();
              const pass = encoder.beginComputePass();
              encode(pass);
              pass.end();
              device.queue.submit([encoder.finish()]);
              return readTensor(device, buffer, dtype);
            };
            const layer = rope.bind({ k: { buffer, heads: 2 }, dtype });
            const rotated = await run((pass) => layer.encode(pass, { tokens: 3, positions }));
            const k = { buffer, heads: 2, dtype };
            const moved = await run((pass) =>
              rope.rerotate(pass, k, { tokens: 3, from: { positions }, to: { delta: 5 } }));
            await run((pass) => rope.rerotate(pass, k, { tokens: 3, from: { positions }, to: { delta: -5 } }));
            const back = await run((pass) => layer.encode(pass, { tokens: 3, positions, inverse: true }));
            const name = [headDim, pairing, axes?.count, dtype].join(' ');
            if (rotated.every((value, i) => value === before[i])) failures.push(name + ': not rotated');
            if (moved.every((value, i) => value === rotated[i])) failures.push(name + ': not moved');
            if (dtype === 'f32' && !back.every((value, i) => Math.abs(value - before[i]) < 5e-6)) {
              failures.push(name + ': not back');
            }
            buffer.destroy();
          }
          rope.destroy();
        }
      }
    }
    device.destroy();
    return failures;
  }

  // The modules are the same text however they are served: all their entry points are called once, in the bundle.
  const isRoundTrip = location.search === '?round-trips';
  const trips = isRoundTrip ? roundTrips : async () => [];
  rotate().then(async (value) => ({ ...value, isRoundTrip, failures: [...await trips(), ...await familyFailures(isRoundTrip)] })).then((value) => { window.outcome = value; }, (error) => { window.outcome = { error: String(error) }; });
`;

/** Makes a rope whose device will go away, in the page. Texts: they run there. */
const beforeCrash = `(async () => {
  const rope = await import('/node_modules/webgpu-rope/dist/index.js');
  const rotate = async (device) => {
    const made = await rope.createRope(device, { headDim: 64 }, { dtypes: ['f32'] });
    const buffer = rope.uploadTensor(device, Float32Array.from({ length: 128 }, (_, i) => i), 'f32');
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    made.bind({ q: { buffer, heads: 1 }, dtype: 'f32' }).encode(pass, { tokens: 2, start: 0 });
    pass.end();
    device.queue.submit([encoder.finish()]);
    return { made, buffer };
  };
  const device = await (await navigator.gpu.requestAdapter()).requestDevice();
  const { made, buffer } = await rotate(device);
  await made.readBadPositions();
  window.crash = { rope, rotate, device, made, buffer };
})()`;

/** What became of it. */
const afterCrash = `(async () => {
  const { rope, rotate, device, made, buffer } = window.crash;
  const messageOf = (error) => error.message;
  // Reads until one is cut off.
  let waiting;
  while (!waiting) await made.readBadPositions().catch((error) => { waiting = messageOf(error); });
  const { reason } = await device.lost;
  let bind;
  try { made.bind({ q: { buffer, heads: 1 }, dtype: 'f32' }); } catch (error) { bind = messageOf(error); }
  const create = await rope.createRope(device, { headDim: 64 }).then(() => 'made', messageOf);
  // The browser starts the process anew: an adapter may be late.
  let adapter = null;
  while (!adapter) adapter = await navigator.gpu.requestAdapter();
  const next = await adapter.requestDevice();
  const { buffer: other } = await rotate(next);
  const values = await rope.readTensor(next, other, 'f32');
  return { reason, waiting, bind, create, isRotated: values[63] === 63 && values[64] !== 64 };
})()`;

interface Outcome {
  error?: string;
  input: number[];
  output: number[];
  wgsl: string;
  failures: string[];
  /** Whether every entry point was called. */
  isRoundTrip: boolean;
}

let project: Project;
let launched: LaunchedBrowser;

beforeAll(async () => {
  [project, launched] = await Promise.all([installPacked(), launchBrowser()]);
  const blank = '<!doctype html><title>blank</title>';
  await writeFiles(project.folder, {
    'index.html': page,
    'blank.html': blank,
    'main.ts': main,
    'family.ts': family,
  });
});

afterAll(async () => {
  await launched?.browser.close();
  await project?.remove();
});

async function outcomeAt(url: string): Promise<Outcome> {
  const tab = await launched.browser.newPage();
  const errors: unknown[] = [];
  tab.on('pageerror', (error) => errors.push(error));
  try {
    await tab.goto(url);
    await tab.waitForFunction('window.outcome !== undefined', { timeout: waitMs }).catch((error: unknown) => {
      throw new AggregateError([error, ...errors], `the page left no outcome: ${errors.join('; ')}`);
    });
    return (await tab.evaluate('window.outcome')) as Outcome;
  } finally {
    await tab.close();
  }
}

async function expectRotation(
  { error, input, output, wgsl, failures, isRoundTrip }: Outcome,
  roundTrip: boolean,
): Promise<void> {
  expect(error).toBeUndefined();
  expect(failures).toEqual([]);
  expect(isRoundTrip).toBe(roundTrip);
  const tokenSize = 3 * 64;
  expect(output).toHaveLength(2 * tokenSize);
  expect(output.slice(0, tokenSize)).toEqual(input.slice(0, tokenSize));
  for (let head = 0; head < 3; head++) {
    // Position 1, first pair: one radian.
    const at = tokenSize + head * 64;
    const [x, y] = [input[at] ?? Number.NaN, input[at + 32] ?? Number.NaN];
    expect(output[at]).toBeCloseTo(x * Math.cos(1) - y * Math.sin(1), 6);
    expect(output[at + 32]).toBeCloseTo(y * Math.cos(1) + x * Math.sin(1), 6);
  }
  expect(wgsl).toBe(await readFile(join(import.meta.dirname, '../../dist/shaders/rope.wgsl'), 'utf8'));
}

test('the tarball holds what users need and nothing else', async () => {
  const files = (await readdir(project.installed, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(project.installed.length + 1))
    .map((file) => file.replaceAll('\\', '/'));
  const strangers = files
    .filter((file) => !/^(dist\/.*\.(js|d\.ts)|(dist\/shaders|shaders\/lib)\/[^/]+\.wgsl)$/.test(file))
    .sort();
  expect(strangers).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
  expect(files).toEqual(
    expect.arrayContaining([
      'dist/index.js',
      'dist/index.d.ts',
      'dist/shaders/rope.wgsl',
      'dist/shaders/additive.wgsl',
      'shaders/lib/rotate.wgsl',
    ]),
  );
});

test('it brings no dependency along', async () => {
  const others = (await readdir(join(project.folder, 'node_modules'))).filter(
    (name) => !name.startsWith('.'),
  );
  expect(others).toEqual(['webgpu-rope']);
});

test('imported by name and bundled by Vite, it rotates and adds', async () => {
  await build({ root: project.folder, configFile: false, logLevel: 'warn' });
  const server = await preview({ root: project.folder, configFile: false, preview: { host: '127.0.0.1' } });
  try {
    await expectRotation(await outcomeAt(`${server.resolvedUrls?.local[0]}?round-trips`), true);
  } finally {
    await server.close();
  }
});

test('imported by name from Vite’s development server, it rotates and adds', async () => {
  const server = await createServer({
    root: project.folder,
    configFile: false,
    server: { host: '127.0.0.1' },
  });
  try {
    await server.listen();
    await expectRotation(await outcomeAt(server.resolvedUrls?.local[0] ?? ''), false);
  } finally {
    await server.close();
  }
});

test('a GPU process that ends: what waits is told, objects are dead, a new device works at once', async () => {
  const server = await createServer({
    root: project.folder,
    configFile: false,
    server: { host: '127.0.0.1' },
  });
  const tab = await launched.browser.newPage();
  try {
    await server.listen();
    await tab.goto(`${server.resolvedUrls?.local[0]}blank.html`);
    await tab.evaluate(beforeCrash);
    const session = await launched.browser.target().createCDPSession();
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    const gpu = processInfo.find(({ type }) => type === 'GPU');
    const outcome = tab.evaluate(afterCrash);
    process.kill(gpu!.id, 'SIGKILL');
    const gone = expect.stringMatching(/^device: expected a live GPUDevice, got one that was lost/);
    expect(await outcome).toEqual({
      reason: 'unknown',
      waiting: gone,
      bind: gone,
      create: gone,
      isRotated: true,
    });
  } finally {
    await tab.close();
    await server.close();
  }
});

test.for(['nodenext', 'bundler'])('its types hold under module resolution %s', async (moduleResolution) => {
  const compilerOptions = {
    module: moduleResolution === 'nodenext' ? 'nodenext' : 'esnext',
    moduleResolution,
    target: 'es2022',
    lib: ['es2022', 'dom'],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
  };
  await writeFiles(project.folder, {
    'types.ts': `
      import { createRope, type RopeLayer } from 'webgpu-rope';
      export async function make(device: GPUDevice, buffer: GPUBuffer): Promise<RopeLayer> {
        const rope = await createRope(device, { headDim: 64 }, { dtypes: ['f32'] });
        // @ts-expect-error no such dtype: the types must be there, not any
        rope.bind({ q: { buffer, heads: 3 }, dtype: 'f64' });
        return rope.bind({ q: { buffer, heads: 3 }, dtype: 'f32' });
      }
    `,
    'tsconfig.json': JSON.stringify({ compilerOptions, files: ['types.ts'] }),
  });
  expect(typeCheck(project.folder, 'tsconfig.json')).toBe('');
});
