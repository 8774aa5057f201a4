import { describe, expect, test } from 'vitest';
import { fromStorage, readTensor, ropeDtypes, toStorage, uploadTensor } from 'webgpu-rope';
import { createAdditive } from 'webgpu-rope/additive';
import { expectClose } from '../support/compare';
import { goldenAdditive, goldenEncoding } from '../support/golden-additive';
import { getDevice, withErrorScope } from '../support/gpu';
import { submitPass } from '../support/rotation-case';

const device = await getDevice();

describe.each(ropeDtypes)('%s, x = 0, scale 1', (dtype) => {
  for (const golden of goldenAdditive) {
    test(golden.name, async () => {
      await withErrorScope(device, async (own) => {
        const { d: dim, positions, output } = golden;
        const zeros = new Float32Array(positions.length * dim);
        const buffer = own(uploadTensor(device, zeros, dtype));
        const additive = own(await createAdditive(device, goldenEncoding(golden), { dtypes: [dtype] }));
        const odd = dtype !== 'f32' && dim % 2 === 1;
        // An odd number of 16-bit elements would put two tokens into a word: here rows of 18 elements hold 17.
        const token = odd ? dim + 1 : dim;
        const rows = odd
          ? own(uploadTensor(device, new Uint16Array(positions.length * token), dtype, { as: 'bits' }))
          : buffer;
        const layer = additive.bind({ buffer: rows, dtype, strides: { token } });
        submitPass(device, (pass) => {
          for (const [first, start] of positions.entries()) layer.encode(pass, { tokens: 1, start, first });
        });
        const stored = fromStorage(await readTensor(device, rows, dtype), dtype);
        const got = stored.filter((_, i) => i % token < dim);
        if (golden.kind === 'sinusoidal') {
          // f32: 1.8e-7 of the two-digit table, one rounding to store, and 9 printed digits (5e-10). 16 bits: half an ulp
          // of a value up to 1 more, 2^-12 of f16 and 2^-9 of bf16.
          const tolerance = 2.5e-7 + { f32: 0, f16: 2 ** -12, bf16: 2 ** -9 }[dtype];
          expectClose(got, output, tolerance, golden.name);
        } else {
          // Exact where the dtype holds the number, else what it holds instead.
          expect(got).toEqual(fromStorage(toStorage(output, dtype), dtype));
          if (dtype === 'f32' || golden.kind === 'binary') expect([...got]).toEqual(output);
        }
      });
    });
  }
});
