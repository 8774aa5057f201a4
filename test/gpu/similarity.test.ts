import { afterAll, describe, expect, test } from 'vitest';
import { readTensor, uploadTensor } from 'webgpu-rope';
import { encodingRows } from 'webgpu-rope/additive';
import { createSimilarity, crossSimilarity, similarityMatrix } from 'webgpu-rope/analysis';
import { expectClose } from '../support/compare';
import { fresh } from '../support/fresh';
import { getDevice, requestAdapter, withErrorScope } from '../support/gpu';
import type { Random } from '../support/random';
import { submitPass } from '../support/rotation-case';

const device = await getDevice();

/**
 * What f32 may be off by, with eps = 2^-24. Products: each rounded once, added in chains of at most 16, 16 and dim/256: 33 +
 * dim/256 roundings of the sum of |products|, which is at most the product of the lengths (Cauchy-Schwarz). Squared lengths:
 * as many each; the root halves that, and there are two. WGSL grants inverseSqrt 2 ulp of up to 2 eps, twice; the two
 * inverses are multiplied, and the product by theirs: 8 + 2.
 */
const toleranceOf = (dim: number): number => (76 + dim / 128) * 2 ** -24;

function randomRows(random: Random, count: number, dim: number): Float32Array {
  return Float32Array.from({ length: count * dim }, () => random.normal());
}

describe('one set of rows', () => {
  let worst = 0;
  afterAll(() => console.log(`similarity: worst error ${worst.toFixed(3)} of the tolerance`));

  test.each([
    [1, 1],
    [1, 300],
    [2, 1],
    [3, 2],
    [63, 15],
    [64, 16],
    [65, 17],
    [127, 64],
    [128, 33],
    [200, 256],
    [130, 257],
    [97, 1000],
    [40, 5000],
  ])('%i rows of %i dims: the CPU matrix, the diagonal 1, symmetric to the bit', async (count, dim) => {
    await withErrorScope(device, (own) =>
      fresh(async (random) => {
        const similarity = own(await createSimilarity(device));
        const rows = randomRows(random, count, dim);
        // Rows that are alike: near 1, where rounding shows most.
        if (count > 2) rows.copyWithin(2 * dim, 0, dim);
        const matrix = await similarity.run(rows, count, dim);
        const share = expectClose(matrix, similarityMatrix(rows, count, dim), toleranceOf(dim));
        worst = Math.max(worst, share);
        for (let i = 0; i < count; i++) {
          expect(matrix[i * count + i]).toBe(1);
          for (let j = 0; j < i; j++) {
            if (matrix[i * count + j] !== matrix[j * count + i])
              throw new Error(`${i}, ${j} is not symmetric`);
          }
        }
        expect(matrix.every((value) => Math.abs(value) <= 1)).toBe(true);
      }),
    );
  });

  test('4096 rows: samples of the matrix against the CPU', async () => {
    await withErrorScope(device, (own) =>
      fresh(async (random) => {
        const [count, dim] = [4096, 8];
        const similarity = own(await createSimilarity(device));
        const rows = randomRows(random, count, dim);
        const matrix = await similarity.run(rows, count, dim);
        expect(matrix.length).toBe(count * count);
        const picked = [
          0,
          1,
          63,
          64,
          2047,
          2048,
          4095,
          ...Array.from({ length: 25 }, () => random.integer(0, 4095)),
        ];
        for (const i of picked) {
          const expected = crossSimilarity(rows.subarray(i * dim, (i + 1) * dim), rows, dim);
          expectClose(matrix.subarray(i * count, (i + 1) * count), expected, toleranceOf(dim), `row ${i}`);
        }
        for (let i = 0; i < count; i++) if (matrix[i * count + i] !== 1) throw new Error(`diagonal ${i}`);
      }),
    );
  });

  test('rows of zeros: 1 with themselves, 0 with all others', async () => {
    await withErrorScope(device, async (own) => {
      const similarity = own(await createSimilarity(device));
      for (const encoding of [
        { type: 'binary', dim: 8 },
        { type: 'integer', dim: 5 },
      ] as const) {
        const positions = Array.from({ length: 100 }, (_, i) => i);
        const rows = Float32Array.from(encodingRows(encoding, positions));
        const matrix = await similarity.run(rows, 100, encoding.dim);
        expectClose(matrix, similarityMatrix(rows, 100, encoding.dim), toleranceOf(encoding.dim));
        expect([matrix[0], matrix[1], matrix[100]]).toEqual([1, 0, 0]);
      }
      expect([...(await similarity.run(new Float32Array(6), 3, 2))]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    });
  });

  test('from 1e-37 to 3e38: no square overflows or vanishes', async () => {
    await withErrorScope(device, (own) =>
      fresh(async (random) => {
        const [count, dim] = [80, 70];
        const similarity = own(await createSimilarity(device));
        const rows = new Float32Array(count * dim);
        for (let i = 0; i < count; i++) {
          const scale = random.pick([1e-37, 1e-20, 1, 1e20, 3.4e38]);
          for (let j = 0; j < dim; j++) rows[i * dim + j] = (2 * random.next() - 1) * scale;
        }
        const matrix = await similarity.run(rows, count, dim);
        // Elements below 2^-126 may be flushed: of rows near 1e-37 up to a tenth of the largest element.
        const isTiny = (i: number) =>
          Math.max(...rows.subarray(i * dim, (i + 1) * dim).map(Math.abs)) < 1e-30;
        expectClose(matrix, similarityMatrix(rows, count, dim), (at) =>
          isTiny(Math.floor(at / count)) || isTiny(at % count) ? 0.25 : toleranceOf(dim),
        );
      }),
    );
  });
});

describe('two sets', () => {
  test.each([
    [1, 1, 1],
    [3, 130, 7],
    [130, 3, 70],
    [65, 64, 300],
  ])('%i rows and %i columns of %i dims', async (count, columnCount, dim) => {
    await withErrorScope(device, (own) =>
      fresh(async (random) => {
        const similarity = own(await createSimilarity(device));
        const [rows, columns] = [randomRows(random, count, dim), randomRows(random, columnCount, dim)];
        columns.fill(0, 0, dim);
        const matrix = await similarity.run(rows, count, dim, { columns });
        expectClose(matrix, crossSimilarity(rows, columns, dim), toleranceOf(dim));
        // Zeros have no direction, with zeros neither.
        const zeros = new Float32Array(dim);
        expect([...(await similarity.run(zeros, 1, dim, { columns: zeros }))]).toEqual([0]);
      }),
    );
  });
});

test('encode: buffers larger than needed; what lies behind the result keeps its bits', async () => {
  await withErrorScope(device, (own) =>
    fresh(async (random) => {
      const similarity = own(await createSimilarity(device));
      const [count, dim] = [70, 20];
      const values = randomRows(random, count + 5, dim);
      const rows = own(uploadTensor(device, values, 'f32'));
      const result = own(uploadTensor(device, new Float32Array(count * count + 300).fill(777), 'f32'));
      const cross = own(uploadTensor(device, new Float32Array(count * 30 + 300).fill(777), 'f32'));
      submitPass(device, (pass) => {
        similarity.encode(pass, { rows, count, dim, result });
        // The same buffer as rows and as columns; the lengths of the first comparison are not needed any more.
        similarity.encode(pass, { rows, count, dim, columns: rows, columnCount: 30, result: cross });
      });
      const after = await readTensor(device, result, 'f32');
      expectClose(
        after.subarray(0, count * count),
        similarityMatrix(values.subarray(0, count * dim), count, dim),
        toleranceOf(dim),
      );
      expect(after.subarray(count * count).every((value) => value === 777)).toBe(true);
      const afterCross = await readTensor(device, cross, 'f32');
      const expected = crossSimilarity(values.subarray(0, count * dim), values.subarray(0, 30 * dim), dim);
      expectClose(afterCross.subarray(0, count * 30), expected, toleranceOf(dim));
      expect(afterCross.subarray(count * 30).every((value) => value === 777)).toBe(true);
    }),
  );
});

describe('long work', () => {
  const [count, dim] = [1024, 512];

  test('is done in parts, which two runs at once do not mix up', async () => {
    await withErrorScope(device, (own) =>
      fresh(async (random) => {
        const similarity = own(await createSimilarity(device));
        const [a, b] = [randomRows(random, count, dim), randomRows(random, count, dim)];
        for (let i = 0; i < b.length; i++) b[i]! *= 1 + (i % 7) * 1e6;
        const done: number[] = [];
        const [first, second] = await Promise.all([
          similarity.run(a, count, dim, { onProgress: (share) => done.push(share) }),
          similarity.run(b, count, dim),
        ]);
        expect(done.length).toBeGreaterThan(1);
        expect(done.at(-1)).toBe(1);
        expect(done).toEqual([...done].sort((x, y) => x - y));
        for (const [rows, matrix] of [
          [a, first],
          [b, second],
        ] as const) {
          for (const i of [0, 500, 1023]) {
            const expected = crossSimilarity(rows.subarray(i * dim, (i + 1) * dim), rows, dim);
            expectClose(matrix.subarray(i * count, (i + 1) * count), expected, toleranceOf(dim));
          }
        }
      }),
    );
  });

  test('stops where its signal says so', async () => {
    await withErrorScope(device, async (own) => {
      const similarity = own(await createSimilarity(device));
      const rows = new Float32Array(count * dim).fill(1);
      const controller = new AbortController();
      const reason = new Error('enough');
      const onProgress = () => controller.abort(reason);
      await expect(similarity.run(rows, count, dim, { signal: controller.signal, onProgress })).rejects.toBe(
        reason,
      );
      await expect(similarity.run(rows, 1, 1, { signal: controller.signal })).rejects.toThrow();
      expect([...(await similarity.run(Float32Array.of(1, 2), 1, 2))]).toEqual([1]);
    });
  });
});

test('bad input is refused by name, before anything is encoded', async () => {
  await withErrorScope(device, async (own) => {
    const similarity = own(await createSimilarity(device));
    const { STORAGE, COPY_DST } = GPUBufferUsage;
    const make = (size: number, usage = STORAGE) => own(device.createBuffer({ size, usage }));
    const [rows, result] = [make(4 * 8), make(4 * 4)];
    const valid = { rows, count: 2, dim: 4, result };
    const cases: readonly [object, RegExp, typeof TypeError | typeof RangeError][] = [
      [{ count: 0 }, /^count: expected an integer in 1\.\.4096, got 0$/, RangeError],
      [{ count: 4097 }, /^count: expected an integer in 1\.\.4096, got 4097$/, RangeError],
      [{ dim: 1.5 }, /^dim: expected an integer in 1\.\.16777216, got 1\.5$/, RangeError],
      [{ dim: 5 }, /^rows: expected >= 40 bytes for 10 f32, buffer has 32$/, RangeError],
      [{ result: make(12) }, /^result: expected >= 16 bytes for 4 f32, buffer has 12$/, RangeError],
      [{ result: rows }, /^result: expected a GPUBuffer other than those of rows and columns/, TypeError],
      [{ rows: make(32, COPY_DST) }, /^rows: expected GPUBufferUsage\.STORAGE/, TypeError],
      [{ rows: new Float32Array(8) }, /^rows: expected a GPUBuffer, got a Float32Array$/, TypeError],
      [{ columnCount: 3 }, /^columnCount: expected none without columns, got 3$/, TypeError],
      [{ columns: rows }, /^columnCount: expected an integer, got undefined$/, TypeError],
      [{ column: rows }, /^tensors: expected only rows, .*, got "column"$/, TypeError],
      [
        { count: 3, dim: 2 ** 24 },
        /^rows: expected at most \d+ bytes \(one binding\), got 201326592$/,
        RangeError,
      ],
    ];
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const [wrong, message, kind] of cases) {
      const call = () => similarity.encode(pass, { ...valid, ...wrong } as never);
      expect(call).toThrow(message);
      expect(call).toThrow(kind);
    }
    expect(() => similarity.encode({} as never, valid)).toThrow('pass: expected a GPUComputePassEncoder');
    pass.end();
    encoder.finish();
    await expect(similarity.run([1] as never, 1, 1)).rejects.toThrow(
      'rows: expected a Float32Array, got an array of 1',
    );
    await expect(similarity.run(Float32Array.of(1, 2), 1, 1)).rejects.toThrow('rows: expected 1 numbers');
    await expect(similarity.run(Float32Array.of(1, Number.NaN), 1, 2)).rejects.toThrow(
      new RangeError('rows[1]: expected a finite number, got NaN'),
    );
    const one = Float32Array.of(1);
    await expect(
      similarity.run(one, 1, 1, { columns: Float32Array.of(2, Number.POSITIVE_INFINITY) }),
    ).rejects.toThrow(new RangeError('columns[1]: expected a finite number, got Infinity'));
    await expect(similarity.run(one, 1, 1, { signal: true as never })).rejects.toThrow(
      new TypeError('signal: expected an AbortSignal, got true'),
    );
    await expect(similarity.run(one, 1, 1, { onProgress: 1 as never })).rejects.toThrow(
      new TypeError('onProgress: expected a function, got 1'),
    );
    const columns = Float32Array.of(1, 2, 3);
    await expect(similarity.run(columns, 1, 3, { columns: columns.subarray(1) })).rejects.toThrow(
      'columns: expected a multiple of 3 (dim) numbers, got 2',
    );
    await expect(createSimilarity(null as never)).rejects.toThrow('device: expected a GPUDevice, got null');
    similarity.destroy();
    similarity.destroy();
    await expect(similarity.run(Float32Array.of(1), 1, 1)).rejects.toThrow('got one that was destroyed');
  });
});

test('a lost device is named', async () => {
  const lost = await (await requestAdapter()).requestDevice();
  const similarity = await createSimilarity(lost);
  lost.destroy();
  await lost.lost;
  await expect(similarity.run(Float32Array.of(1), 1, 1)).rejects.toThrow('device: expected a live GPUDevice');
  await expect(createSimilarity(lost)).rejects.toThrow('device: expected a live GPUDevice');
});
