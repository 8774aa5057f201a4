import { expect, test } from 'vitest';
import { createRope, fopeCaches, type Pairing, readTensor, ropeDtypes, uploadTensor } from 'webgpu-rope';
import { expectContract } from '../support/contract';
import { fresh } from '../support/fresh';
import { getDevice, withErrorScope } from '../support/gpu';
import { submitPass } from '../support/rotation-case';
import { guardedTensor } from '../support/tensors';

// FoPE: every head of K, and the heads of Q that share it, by tables of its own.

const device = await getDevice();
const [headDim, keyHeads, queriesPerKey, tokens, positions] = [32, 2, 3, 9, 64];
const pairs = headDim / 2;

test.each(
  ropeDtypes.flatMap((dtype) => (['half', 'interleaved'] as const).map((pairing) => ({ dtype, pairing }))),
)('a binding a head: $dtype, $pairing', ({ dtype, pairing }) =>
  fresh((random) =>
    withErrorScope(device, async (own) => {
      const kept = random.integer(1, pairs);
      const drawn = () => Float64Array.from({ length: keyHeads * kept * kept }, () => random.normal());
      const coefficients = { cosCoefficients: drawn(), sinCoefficients: drawn() };
      const rest = random.pick(['ones', 'still'] as const);
      const heads = fopeCaches({ headDim }, positions, { ...coefficients, kept, rest });
      const start = random.integer(0, positions - tokens);
      const sides = ([keyHeads * queriesPerKey, keyHeads] as const).map((count) => {
        const before = guardedTensor(dtype, { headDim, tokens, heads: count }, random);
        return { count, before, buffer: own(uploadTensor(device, before, dtype, { as: 'bits' })) };
      });
      const ropes = await Promise.all(
        heads.map((caches) =>
          createRope(device, { headDim, pairing: pairing as Pairing, ...caches }, { dtypes: [dtype] }),
        ),
      );
      submitPass(device, (pass) => {
        for (const [head, rope] of ropes.entries()) {
          const [q, k] = sides.map(({ count, buffer }) => {
            const own = count / keyHeads;
            const strides = { batch: tokens * count * headDim, token: count * headDim, head: headDim };
            return { buffer, heads: own, offset: head * own * headDim, strides };
          });
          rope.bind({ q: q!, k: k!, dtype }).encode(pass, { tokens, start });
        }
      });
      for (const rope of ropes) own(rope);
      for (const { count, before, buffer } of sides) {
        const shared = count / keyHeads;
        expectContract({
          before,
          after: await readTensor(device, buffer, dtype),
          rotations: heads.map(({ cosCache, sinCache }, head) => ({
            ...{ dtype, headDim, pairing: pairing as Pairing, tokens, positions: start, cosCache, sinCache },
            ...{ heads: shared, offset: head * shared * headDim },
            strides: { batch: tokens * count * headDim, token: count * headDim, head: headDim },
          })),
        });
      }
      expect(ropes).toHaveLength(keyHeads);
    }),
  ),
);
