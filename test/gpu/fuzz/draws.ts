/** What the fuzzers of the GPU draw from: shapes, positions and configs that the package takes. */
import fc from 'fast-check';
import type { RopeConfigInput, RopeScaling } from 'webgpu-rope';
import type { PositionCase } from '../../support/qkv-sources';

/** Positions of the tables of all cases. */
export const capacity = 300;

export const dtypes = fc.constantFrom('f32', 'f16', 'bf16');
export const pairings = fc.constantFrom('half', 'interleaved');
/** Elements that fill whole words in 16-bit types. */
export const evens = (most: number) => fc.nat(most >> 1).map((half) => 2 * half);
/** Mostly 0. */
export const rarely = (most: number) => fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, evens(most));

const bad = fc.constantFrom(capacity, capacity + 1, 2 ** 31 - 1, -2, -(2 ** 31));
/** Ids: mostly positions that there are, sometimes padding, sometimes none that there is. */
const id = fc.oneof(
  { weight: 8, arbitrary: fc.nat(capacity - 1) },
  { weight: 1, arbitrary: fc.constant(-1) },
  { weight: 1, arbitrary: bad },
);

/** The call that positions are of. */
export interface CallShape {
  readonly tokens: number;
  readonly batch: number;
  readonly axes: number;
}

const starts = ({ tokens }: CallShape): fc.Arbitrary<PositionCase> =>
  fc.nat(capacity - tokens).map((start) => ({ type: 'start', start }));

export function idsOf(
  { tokens, batch, axes }: CallShape,
  value: fc.Arbitrary<number> = id,
): fc.Arbitrary<PositionCase & { readonly type: 'ids' }> {
  return fc
    .record({
      format: fc.constantFrom('i32' as const, 'i64' as const),
      perSequence: fc.boolean(),
      longer: fc.nat(3),
      offset: fc.nat(5),
    })
    .chain(({ format, perSequence, longer, offset }) => {
      const rowLength = tokens + longer;
      const length = offset + axes * (perSequence ? batch : 1) * rowLength;
      return fc
        .array(value, { minLength: length, maxLength: length })
        .map((ids) => ({ type: 'ids' as const, ids, format, perSequence, rowLength, offset }));
    });
}

function ragged({ tokens }: CallShape): fc.Arbitrary<PositionCase> {
  return fc
    .array(
      fc.tuple(fc.nat(4), fc.oneof(fc.nat(capacity - tokens), fc.constantFrom(0xffffffff, capacity - 1))),
      {
        minLength: 1,
        maxLength: 6,
      },
    )
    .map((sequences) => {
      const indptr = [0];
      for (const [length] of sequences) indptr.push(Math.min(tokens, indptr.at(-1)! + length));
      return { type: 'ragged', indptr, offsets: sequences.map(([, offset]) => offset) };
    });
}

const grids = ({ tokens, axes }: CallShape): fc.Arbitrary<PositionCase> =>
  fc
    .record({ width: fc.integer({ min: 1, max: 6 }), more: fc.nat(2), start: fc.nat(100) })
    .map(({ width, more, start }) => ({
      type: 'grid',
      width,
      height: axes === 2 ? Math.ceil(tokens / width) + more : more + 1,
      start,
    }));

/** Positions of every kind that a call takes. */
export function positionsOf(shape: CallShape): fc.Arbitrary<PositionCase> {
  const kinds: fc.Arbitrary<PositionCase>[] = [starts(shape), idsOf(shape), idsOf(shape)];
  if (shape.batch === 1) kinds.push(ragged(shape));
  if (shape.axes === 2 || shape.axes === 3) kinds.push(grids(shape));
  return fc.oneof(...kinds);
}

function scalings(pairs: number): fc.Arbitrary<RopeScaling> {
  const parts = { factor: 4, originalPositions: 4096, betaFast: 32, betaSlow: 1 };
  const list = (least: number, most: number) =>
    fc.array(fc.double({ min: least, max: most, noNaN: true }), { minLength: pairs, maxLength: pairs });
  return fc.oneof(
    fc.constantFrom<RopeScaling>(
      { type: 'default' },
      { type: 'linear', factor: 2.5 },
      { type: 'ntk', factor: 8 },
      { type: 'llama3', factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalPositions: 8192 },
      { type: 'yarn', ...parts },
      { type: 'ntk-by-parts', ...parts },
      { type: 'dynamic', factor: 2, originalPositions: capacity },
    ),
    list(-64, 64).map((inverseFrequencies) => ({
      type: 'explicit' as const,
      // A sine that float32 does not have is 0 there, and an infinity times 0 is no number.
      inverseFrequencies: inverseFrequencies.map((each) => (Math.abs(each) < 2 ** -60 ? 0 : each)),
      attentionFactor: 1.5,
    })),
    list(0.5, 64).map((divisors) => ({ type: 'divisors' as const, divisors })),
  );
}

/** A config: what a head is, and how it turns. */
export const configs: fc.Arbitrary<RopeConfigInput> = fc
  .record({
    pairs: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(8, 16, 32)),
    tail: rarely(24),
    axes: fc.nat(4),
  })
  .chain(({ pairs, tail, axes }) =>
    fc.record({
      headDim: fc.constant(2 * pairs + tail),
      rotaryDim: fc.constant(2 * pairs),
      placement: fc.constantFrom('first' as const, 'last' as const),
      direction: fc.constantFrom('forward' as const, 'forward' as const, 'reversed' as const),
      pairing: pairings,
      theta: fc.constantFrom(100, 10_000, 1e6),
      scaling: scalings(pairs),
      axes:
        axes === 0
          ? fc.constant(null)
          : fc
              .array(fc.nat(axes - 1), { minLength: pairs, maxLength: pairs })
              .map((pairAxis) => ({ count: axes, pairAxis })),
    }),
  );

/** Where a tensor of so many heads lies: dense, or with gaps, from some element on. */
export const layouts = fc.record({
  layout: fc.constantFrom('bshd' as const, 'bhsd' as const),
  offset: rarely(40),
  gap: rarely(12),
});
