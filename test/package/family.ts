/** A module of a user's page: every kernel beside RoPE, as the package ships it. Text, as it runs in a project of its own. */
export const family = `
  import { fromStorage, readTensor, toStorage, uploadTensor } from 'webgpu-rope';
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

  /** Additive encodings and biases on chunks and on words, and the similarity of rows. */
  export async function familyFailures() {
    const device = await (await navigator.gpu.requestAdapter()).requestDevice();
    const failures = [];
    device.onuncapturederror = ({ error }) => failures.push(error.message);
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
