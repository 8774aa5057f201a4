import fc from 'fast-check';
import { test } from 'vitest';
import type { RopeDtype } from 'webgpu-rope';
import { patience, runs } from '../../fuzz/runs';
import { getDevice } from '../../support/gpu';
import { expectQkv, type PartCase, type QkvCase } from '../../support/qkv-case';
import type { RowsCase } from '../../support/qkv-sources';
import { createRandom } from '../../support/random';
import { dtypes, idsOf, pairings, rarely } from './draws';

// Whole encodes of createQkv, drawn: norms, dtypes, tensors in place or with a cache, positions, rows of every kind, steps of the GPU.

const device = await getDevice();
const capacity = 16;
const epsilons = [1e-6, 1e-5];

/** Distinct rows, some tokens without one, some with one that there is not. */
const slotsOf = (tokens: number): fc.Arbitrary<RowsCase> =>
  fc
    .tuple(
      fc.shuffledSubarray([...Array(capacity).keys()], { minLength: tokens, maxLength: tokens }),
      fc.array(fc.constantFrom(null, null, null, -1, capacity, 2 ** 31 - 1, -5), {
        minLength: tokens,
        maxLength: tokens,
      }),
      fc.constantFrom('i32' as const, 'i64' as const),
    )
    .map(([slots, others, format]) => ({
      type: 'slots',
      slots: slots.map((slot, token) => others[token] ?? slot),
      format,
    }));

/** Pages of the slice of each sequence, some of which there are not. */
const pagesOf = (tokens: number, batch: number): fc.Arbitrary<RowsCase> =>
  fc
    .tuple(
      fc.array(fc.shuffledSubarray([0, 1, 2, 3, 4, 9], { minLength: 4, maxLength: 4 }), {
        minLength: batch,
        maxLength: batch,
      }),
      fc.nat(capacity - tokens),
    )
    .map(([tables, first]) => ({
      type: 'pages',
      table: tables.flat(),
      pageSize: 4,
      pagesPerSequence: 4,
      first,
    }));

/** Rows of one kind. */
const rowsOf = (tokens: number, batch: number): fc.Arbitrary<fc.Arbitrary<RowsCase>> =>
  fc.constantFrom<fc.Arbitrary<RowsCase>[]>(
    fc.nat(capacity - tokens).map((first) => ({ type: 'first' as const, first })),
    fc.nat(100).map((first) => ({ type: 'ring' as const, first })),
    slotsOf(tokens),
    pagesOf(tokens, batch),
  );

const norms = fc.option(
  fc.record({
    over: fc.constantFrom('head' as const, 'heads' as const),
    epsilon: fc.constantFrom(...epsilons),
    onePlusWeight: fc.boolean(),
    hasWeights: fc.boolean(),
  }),
  { nil: undefined },
);

type Norm = NonNullable<typeof norms extends fc.Arbitrary<infer T> ? T : never>;

const parts = fc.record({
  heads: fc.integer({ min: 1, max: 4 }),
  offset: rarely(24),
  norm: norms,
  cacheDtype: dtypes,
  cacheLayout: fc.constantFrom('bshd' as const, 'bhsd' as const),
});

/** Calls of one pipeline: other numbers, other positions and rows of the same kind. */
const cases: fc.Arbitrary<readonly { readonly seed: number; readonly c: QkvCase }[]> = fc
  .record({
    dtype: dtypes as fc.Arbitrary<RopeDtype>,
    headDim: fc.constantFrom(16, 20, 32, 64, 80),
    tail: rarely(12),
    pairing: pairings,
    tokens: fc.integer({ min: 1, max: 9 }),
    batch: fc.integer({ min: 1, max: 3 }),
    q: fc.option(parts, { nil: undefined }),
    k: parts,
    v: fc.option(parts, { nil: undefined }),
    hasCache: fc.boolean(),
    isSpecial: fc.boolean(),
    // Of all norms of a binding.
    weights: fc.constantFrom('numbers' as const, 'f32' as const, 'f16' as const, 'bf16' as const),
  })
  .chain((drawn) => {
    const { tokens, batch, hasCache } = drawn;
    const normOf = ({ hasWeights, onePlusWeight, ...norm }: Norm) =>
      hasWeights ? { ...norm, onePlusWeight, weights: drawn.weights } : { ...norm, weights: 'none' as const };
    const part = (given: NonNullable<typeof drawn.q>, cached: boolean): PartCase => ({
      heads: given.heads,
      offset: given.offset,
      ...(given.norm && { norm: normOf(given.norm) }),
      ...(cached && { cache: { capacity, dtype: given.cacheDtype as RopeDtype, layout: given.cacheLayout } }),
    });
    const base = {
      dtype: drawn.dtype,
      headDim: drawn.headDim + drawn.tail,
      config: { rotaryDim: drawn.headDim },
      pairing: drawn.pairing as 'half' | 'interleaved',
      tokens,
      batch,
      // A norm of an infinity has no contract.
      special: drawn.isSpecial && ![drawn.q, drawn.k, drawn.v].some((each) => each?.norm),
      k: part(drawn.k, hasCache),
      ...(drawn.q && { q: part(drawn.q, false) }),
      ...(drawn.v && hasCache && { v: part(drawn.v, true) as NonNullable<QkvCase['v']> }),
    };
    const shape = { tokens, batch, axes: 1 };
    const starts = fc.nat(4000).map((start) => ({ type: 'start' as const, start }));
    const ids = idsOf(shape, fc.oneof({ weight: 8, arbitrary: fc.nat(8191) }, fc.constantFrom(-1, 8192, -9)));
    return fc.tuple(fc.constantFrom(starts, ids), rowsOf(tokens, batch)).chain(([positions, rows]) =>
      fc
        .array(fc.tuple(fc.nat(), positions, hasCache ? rows : fc.constant(undefined)), {
          minLength: 1,
          maxLength: 8,
        })
        .map((calls) =>
          calls.map(([seed, at, to]) => ({
            seed,
            c: { ...base, positions: at, ...(to && { rows: to }) } as QkvCase,
          })),
        ),
    );
  });

test(
  'encodes of every kind',
  () =>
    fc.assert(
      fc.asyncProperty(cases, async (calls) => {
        for (const { seed, c } of calls) await expectQkv(device, createRandom(seed), c);
      }),
      // Most of them compile a pipeline of their own, which takes a software adapter the most of their time.
      runs(15),
    ),
  patience(),
);
