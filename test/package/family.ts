/** A module of a user's page: every kernel beside plain RoPE, as the package ships it. Text, as it runs in a project of its own. */
export const family = `
  import {
    createQkv, createRope, createTokenTable, fromStorage, readTensor, toStorage, uploadTensor,
  } from 'webgpu-rope';
  import { createAdditive, encodingRows } from 'webgpu-rope/additive';
  import { createSimilarity, similarityMatrix } from 'webgpu-rope/analysis';
  import { biasRows, createAttentionBias } from 'webgpu-rope/bias';

  const random = (length) => Float32Array.from({ length }, (_, i) => Math.sin(i + 1));
  // One unit in the last place of a number below 8, for what is stored; the sum and its row were rounded before.
  const tolerances = { f32: 2e-6, f16: 2 ** -8, bf16: 2 ** -5 };

  function submitted(device, encode) {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    encode(pass);
    pass.end();
    device.queue.submit([encoder.finish()]);
  }

  /** Adds to numbers of each type, and says where they are not what they were plus \`added\`. */
  async function expectSums(device, name, added, bindingOf) {
    const failures = [];
    for (const dtype of ['f32', 'f16', 'bf16']) {
      const stored = toStorage(random(added.length), dtype);
      const buffer = uploadTensor(device, stored, dtype, { as: 'bits' });
      submitted(device, bindingOf({ buffer, dtype }));
      const sums = fromStorage(await readTensor(device, buffer, dtype), dtype);
      const before = fromStorage(stored, dtype);
      const at = before.findIndex((value, i) => !(Math.abs(value + added[i] - sums[i]) <= tolerances[dtype]));
      if (at >= 0) failures.push(name + ' ' + dtype + ' [' + at + ']: ' + before[at] + ' became ' + sums[at]);
      buffer.destroy();
    }
    return failures;
  }

  /** Q, K and V from one buffer or from three, with rows of each kind: keys and values in their cache as the rope rotates them. */
  async function qkvFailures(device) {
    const failures = [];
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
    const wordsOf = (values) => {
      const buffer = device.createBuffer({ size: values.length * 4, usage });
      device.queue.writeBuffer(buffer, 0, Int32Array.from(values));
      return buffer;
    };
    const ids = wordsOf([5, 6, 7]);
    const order = wordsOf([0, 1, 2]);
    for (const headDim of [64, 10]) {
      const size = 2 * headDim;
      const rope = await createRope(device, { headDim }, { dtypes: ['f32'] });
      const table = await createTokenTable(device, { headDim }, { tokens: 3, dtypes: ['f32'] });
      const keys = random(3 * size);
      const expected = uploadTensor(device, keys, 'f32');
      submitted(device, (pass) => rope.bind({ k: { buffer: expected, heads: 2 }, dtype: 'f32' }).encode(pass, { tokens: 3, start: 5 }));
      const rotated = await readTensor(device, expected, 'f32');
      const packed = new Float32Array(3 * 3 * size);
      for (let token = 0; token < 3; token++) {
        for (const part of [0, 1, 2]) packed.set(keys.subarray(token * size, (token + 1) * size), (token * 3 + part) * size);
      }
      for (const isPacked of [true, false]) {
        for (const positions of [undefined, { type: 'ids', buffer: ids }, table.positions]) {
          for (const rows of [isPacked ? { type: 'slots', buffer: order } : { type: 'ring', first: 0 }, { type: 'first', first: 0 }]) {
            const strides = { batch: 9 * size, token: 3 * size, head: headDim };
            const one = uploadTensor(device, packed, 'f32');
            const source = (part) => isPacked
              ? { buffer: one, heads: 2, offset: part * size, strides }
              : { buffer: uploadTensor(device, keys, 'f32'), heads: 2 };
            const caches = [0, 1].map(() => uploadTensor(device, new Float32Array(3 * size), 'f32'));
            const layer = createQkv(positions === table.positions ? table.rope : rope).bind({
              q: source(0),
              k: { ...source(1), cache: { buffer: caches[0], capacity: 3 } },
              v: { ...source(2), cache: { buffer: caches[1], capacity: 3 } },
              dtype: 'f32',
            });
            submitted(device, (pass) => {
              table.encode(pass, { tokens: 3, start: 5 });
              layer.encode(pass, { tokens: 3, rows, ...(positions ? { positions } : { start: 5 }) });
            });
            const [k, v] = await Promise.all(caches.map((cache) => readTensor(device, cache, 'f32')));
            const name = ['qkv', headDim, isPacked, positions?.type, rows.type].join(' ');
            if (!k.every((value, i) => Math.abs(value - rotated[i]) < 1e-6)) failures.push(name + ': keys');
            if (!v.every((value, i) => value === keys[i])) failures.push(name + ': values');
          }
        }
      }
      rope.destroy();
      table.destroy();
    }
    return failures;
  }

  /** Additive encodings and biases on chunks and on words, and the similarity of rows; whole, the encodes of createQkv as well. */
  export async function familyFailures(isWhole) {
    const device = await (await navigator.gpu.requestAdapter()).requestDevice();
    const failures = [];
    device.onuncapturederror = ({ error }) => failures.push(error.message);
    if (isWhole) failures.push(...await qkvFailures(device));
    for (const dim of [32, 6]) {
      const weights = random(5 * dim);
      for (const encoding of [
        { type: 'sinusoidal', dim }, { type: 'sinusoidal', dim, layout: 'concat' }, { type: 'binary', dim },
        { type: 'integer', dim, divisor: 2 }, { type: 'learned', dim, rows: 5, offset: 2 },
      ]) {
        const given = encoding.type === 'learned' ? weights : undefined;
        const kernel = await createAdditive(device, encoding, given ? { weights: given } : {});
        const added = encodingRows(encoding, [0, 1, 2], given);
        failures.push(...await expectSums(device, JSON.stringify(encoding), added, (x) => (pass) =>
          kernel.bind(x).encode(pass, { tokens: 3, start: 0 })));
        kernel.destroy();
      }
    }
    for (const keys of [8, 5]) {
      const weights = random(32 * 3);
      for (const bias of [{ type: 'alibi', heads: 3 }, { type: 't5', heads: 3 }]) {
        const given = bias.type === 't5' ? weights : undefined;
        const kernel = await createAttentionBias(device, bias, given ? { weights: given } : {});
        const added = biasRows(bias, [2, 3], Array.from({ length: keys }, (_, i) => i), given);
        // Pairs of 16-bit scores share words: an even number of them fills the buffer.
        failures.push(...await expectSums(device, JSON.stringify(bias) + keys, added, (scores) => (pass) =>
          kernel.bind(scores).encode(pass, { queries: 2, keys, queryStart: 2, keyStart: 0 })));
        kernel.destroy();
      }
    }
    const rows = random(70 * 9);
    const similarity = await createSimilarity(device);
    const matrix = await similarity.run(rows, 70, 9);
    const expected = similarityMatrix(rows, 70, 9);
    if (!matrix.every((value, i) => Math.abs(value - expected[i]) < 1e-5)) failures.push('similarity');
    similarity.destroy();
    device.destroy();
    return failures;
  }
`;
