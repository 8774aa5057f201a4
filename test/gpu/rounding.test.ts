import { expect, test } from 'vitest';
import { fromStorage, readTensor, toStorage, uploadTensor } from 'webgpu-rope';
import { createAdditive } from 'webgpu-rope/additive';
import { getDevice, withErrorScope } from '../support/gpu';
import { submitPass } from '../support/rotation-case';

// Every number of a 16-bit type plus an addend, wherever float32 holds the sum exactly: what is stored must be that sum,
// rounded once, to nearest even. The addends are halves and quarters of last places near 1 and further up, of subnormals,
// and around the overflow of f16. All kernels convert by the functions of shaders/lib/float16.wgsl.
const addends = {
  f16: [0, 2 ** -11, -(2 ** -12), 3 * 2 ** -12, 2, -0.75, 16, -8, 15.984375, 2 ** -25, -3 * 2 ** -26, 1e5],
  bf16: [0, 2 ** -8, -(2 ** -9), 3 * 2 ** -9, 16, -6, 2 ** -120, 2 ** 119, -(2 ** 118)],
} as const;
const patterns = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);

for (const dtype of ['f16', 'bf16'] as const) {
  test(`${dtype}: all 65536 numbers, and sums with them, are rounded to nearest even`, async () => {
    const device = await getDevice();
    const values = fromStorage(patterns, dtype);
    await withErrorScope(device, async (own) => {
      const encoding = { type: 'integer', dim: patterns.length } as const;
      const kernel = own(await createAdditive(device, encoding, { dtypes: [dtype] }));
      for (const addend of addends[dtype]) {
        const buffer = own(uploadTensor(device, patterns, dtype, { as: 'bits' }));
        const layer = kernel.bind({ buffer, dtype });
        // The row of position 1 is 1 in every element.
        submitPass(device, (pass) => layer.encode(pass, { tokens: 1, start: 1, scale: addend }));
        const stored = fromStorage(await readTensor(device, buffer, dtype), dtype);
        const rounded = fromStorage(
          toStorage(
            values.map((value) => value + addend),
            dtype,
          ),
          dtype,
        );
        const wrong = [...values].flatMap((value, at) => {
          const sum = value + addend;
          const isExact = Number.isNaN(sum) || Math.fround(sum) === sum;
          // A zero may have either sign; NaN is NaN.
          const isSame = stored[at] === rounded[at] || (Number.isNaN(stored[at]) && Number.isNaN(sum));
          return isSame || !isExact || isFlushed(value) || isFlushed(sum)
            ? []
            : [`${value} + ${addend}: ${stored[at]} rather than ${rounded[at]}`];
        });
        expect(wrong.slice(0, 5)).toEqual([]);
      }
    });
  });
}

/** Whether WGSL may take it for zero: subnormal in float32. */
function isFlushed(value: number): boolean {
  return value !== 0 && Math.abs(value) < 2 ** -126;
}
