import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createRope,
  type RopeConfigInput,
  type RopeDtype,
  type RopeTensor,
  readTensor,
  ropeConfig,
  ropeFrequencies,
  uploadTensor,
} from 'webgpu-rope';
import { patience, runs } from '../../fuzz/runs';
import { expectContract } from '../../support/contract';
import { getDevice, type Own, withErrorScope } from '../../support/gpu';
import { limitedDevice } from '../../support/limited-device';
import {
  type PositionCase,
  positionSource,
  referencePositions,
  referenceStep,
} from '../../support/qkv-sources';
import { createRandom } from '../../support/random';
import { submitPass } from '../../support/rotation-case';
import { guardedTensor } from '../../support/tensors';
import { capacity, configs, dtypes, evens, idsOf, layouts, positionsOf } from './draws';

// Whole cases of rotations and moves, drawn: config, shapes, layouts, positions of every kind, several encodes a submit, on a device as
// it is and on one whose bindings span 32 KiB, so that calls are split. `npm run fuzz` tries more; a failure shrinks, and says how to
// repeat it.

const device = await getDevice();
const small = await limitedDevice({ maxStorageBufferBindingSize: 32_768 });

/** One encode: what it rotates, and to which positions. */
interface Encode {
  readonly tokens: number;
  readonly batch: number;
  readonly heads: { readonly q: number; readonly k: number };
  readonly places: Readonly<Record<'q' | 'k', { layout: 'bshd' | 'bhsd'; offset: number; gap: number }>>;
  readonly first: number;
  readonly isPacked: boolean;
  readonly inverse: boolean;
  readonly isSpecial: boolean;
  readonly positions: PositionCase;
}

interface RotationDraw {
  readonly dtype: RopeDtype;
  readonly config: RopeConfigInput;
  readonly table: 'two-digit' | 'full';
  readonly isSmall: boolean;
  readonly seed: number;
  readonly encodes: readonly Encode[];
}

const encodeOf = (axes: number): fc.Arbitrary<Encode> =>
  fc
    .record({
      tokens: fc.integer({ min: 1, max: 20 }),
      batch: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 5 })),
    })
    .chain(({ tokens, batch }) =>
      fc.record({
        tokens: fc.constant(tokens),
        batch: fc.constant(batch),
        heads: fc.record({ q: fc.nat(6), k: fc.integer({ min: 1, max: 4 }) }),
        places: fc.record({ q: layouts, k: layouts }),
        first: fc.oneof(fc.constant(0), fc.nat(5)),
        isPacked: fc.boolean(),
        inverse: fc.boolean(),
        isSpecial: fc.boolean(),
        positions: positionsOf({ tokens, batch, axes }),
      }),
    );

const draws: fc.Arbitrary<RotationDraw> = configs.chain((config) =>
  fc.record({
    dtype: dtypes as fc.Arbitrary<RopeDtype>,
    config: fc.constant(config),
    table: fc.constantFrom('two-digit' as const, 'full' as const),
    isSmall: fc.boolean(),
    seed: fc.nat(),
    encodes: fc.array(encodeOf(config.axes?.count ?? 1), { minLength: 1, maxLength: 3 }),
  }),
);

/** Where Q and K of an encode lie: a buffer each, or side by side in one. */
function tensorsOf({ tokens, heads, places, first, isPacked }: Encode, headDim: number) {
  const packed = (heads.q + heads.k) * headDim;
  return (['q', 'k'] as const).flatMap((name) => {
    const count = heads[name];
    if (count === 0) return [];
    if (isPacked && heads.q > 0) {
      const offset = places.q.offset + (name === 'q' ? 0 : heads.q * headDim);
      const strides = { batch: tokens * packed, token: packed, head: headDim };
      return [{ name, heads: count, offset, strides }];
    }
    const { layout, offset, gap } = places[name];
    const rows = tokens + first;
    const size = headDim + gap;
    const strides =
      layout === 'bshd'
        ? { batch: rows * count * size, token: count * size, head: size }
        : { batch: rows * count * size, token: size, head: rows * size };
    return [{ name, heads: count, offset, strides, ...(name === 'k' && { capacity: rows, first }) }];
  });
}

async function expectDrawn(own: Own, c: RotationDraw): Promise<void> {
  const { dtype, table } = c;
  const on = c.isSmall ? small : device;
  const config = ropeConfig(c.config);
  const { headDim, rotaryDim, pairing, placement, axes } = config;
  const random = createRandom(c.seed);
  // A full table of 300 positions does not fit the small binding.
  const options = { dtypes: [dtype], capacity, table: c.isSmall ? 'two-digit' : table } as const;
  const rope = own(await createRope(on, config, options));
  const { inverseFrequencies, attentionFactor } = ropeFrequencies(config);
  let bad = 0;
  const all = c.encodes.map((encode) => {
    const { tokens, batch, positions, inverse } = encode;
    const shape = { tokens, batch, axes: axes?.count ?? 1, positions: capacity };
    const reference = referencePositions(positions, referenceStep(undefined, shape), shape);
    bad += reference.bad;
    const tensors = tensorsOf(encode, headDim);
    const isOne = encode.isPacked && tensors.length === 2;
    const [whole] = tensors;
    const place = isOne
      ? { headDim, tokens, batch, heads: encode.heads.q + encode.heads.k, offset: whole!.offset }
      : undefined;
    const buffers = (
      place ? [place] : tensors.map(({ name: _, ...each }) => ({ headDim, tokens, batch, ...each }))
    ).map((each) => {
      // Times a factor above 1 the largest numbers overflow before they are added up.
      const special = encode.isSpecial && attentionFactor === 1;
      const before = guardedTensor(dtype, each, random, { special });
      return { before, buffer: own(uploadTensor(on, before, dtype, { as: 'bits' })) };
    });
    const rotations = tensors.map(({ name: _, ...each }) => ({
      ...{ dtype, headDim, rotaryDim, pairing, placement, tokens, batch, inverse, ...each },
      ...{ inverseFrequencies, attentionFactor, pairAxis: axes?.pairAxis },
      positions: axes ? reference.lists : (reference.lists[0] as number[]),
    }));
    const binding = Object.fromEntries(
      tensors.map(({ name, ...each }, i) => {
        const { first: _first, ...tensor } = { first: 0, ...each };
        return [name, { ...tensor, buffer: buffers[isOne ? 0 : i]!.buffer } as RopeTensor];
      }),
    );
    const layer = rope.bind({ ...binding, dtype });
    const kFirst = tensors.find(({ name }) => name === 'k')?.first;
    const call = {
      ...{ tokens, batch, inverse },
      ...(kFirst !== undefined && { kFirst }),
      ...positionSource(on, own, positions),
    };
    return { buffers, rotations, isOne, encode: (pass: GPUComputePassEncoder) => layer.encode(pass, call) };
  });
  submitPass(on, (pass) => {
    for (const { encode } of all) encode(pass);
  });
  for (const { buffers, rotations, isOne } of all) {
    for (const [i, { before, buffer }] of buffers.entries()) {
      const after = await readTensor(on, buffer, dtype);
      expectContract({ before, after, rotations: isOne ? rotations : rotations[i]! });
    }
  }
  expect(await rope.readBadPositions()).toBe(bad);
}

test(
  'rotations of every kind',
  () =>
    fc.assert(
      fc.asyncProperty(draws, (c) =>
        withErrorScope(c.isSmall ? small : device, (own) => expectDrawn(own, c)),
      ),
      runs(50),
    ),
  patience(),
);

interface MoveDraw extends Pick<RotationDraw, 'dtype' | 'config' | 'isSmall' | 'seed'> {
  readonly tokens: number;
  readonly batch: number;
  readonly heads: number;
  readonly offset: number;
  readonly first: number;
  readonly from: PositionCase;
  readonly to: PositionCase | { readonly type: 'delta'; readonly delta: number };
}

const moves: fc.Arbitrary<MoveDraw> = configs.chain((config) =>
  fc
    .record({ tokens: fc.integer({ min: 1, max: 16 }), batch: fc.integer({ min: 1, max: 3 }) })
    .chain(({ tokens, batch }) => {
      const shape = { tokens, batch, axes: config.axes?.count ?? 1 };
      const from = fc.oneof(
        fc.integer({ min: 50, max: 200 }).map((start) => ({ type: 'start' as const, start })),
        idsOf(shape),
      );
      return fc.record({
        dtype: dtypes as fc.Arbitrary<RopeDtype>,
        config: fc.constant(config),
        isSmall: fc.boolean(),
        seed: fc.nat(),
        tokens: fc.constant(tokens),
        batch: fc.constant(batch),
        heads: fc.integer({ min: 1, max: 4 }),
        offset: evens(20),
        first: fc.nat(4),
        from,
        to: fc.oneof(
          positionsOf(shape),
          fc.integer({ min: -50, max: 50 }).map((delta) => ({ type: 'delta' as const, delta })),
        ),
      });
    }),
);

async function expectMoved(own: Own, c: MoveDraw): Promise<void> {
  const { dtype, tokens, batch, heads, offset, first, from, to } = c;
  const on = c.isSmall ? small : device;
  const config = ropeConfig(c.config);
  const { headDim, rotaryDim, pairing, placement, axes } = config;
  const rope = own(await createRope(on, config, { dtypes: [dtype], capacity }));
  const shape = { tokens, batch, axes: axes?.count ?? 1, positions: capacity };
  const step = referenceStep(undefined, shape);
  // Positions as they are, those that there are not included, so that a delta is added to all.
  const unbounded = { ...shape, positions: Infinity };
  const origin = referencePositions(
    from,
    step,
    from.type === 'ids' ? { ...shape, positions: capacity } : unbounded,
  );
  const target =
    to.type === 'delta'
      ? origin.lists.map((list) => list.map((position) => (position < 0 ? -1 : position + to.delta)))
      : referencePositions(to, step, shape).lists;
  const isIn = (position: number): boolean => position >= 0 && position < capacity;
  const both = [origin.lists, target];
  const stays = Array.from({ length: tokens * batch }, (_, at) =>
    both.some((lists) => lists.some((list) => !isIn(list[at]!))),
  );
  const lists = both.map((side) =>
    side.map((list) => list.map((position, at) => (stays[at] ? -1 : position))),
  );
  const place = { headDim, tokens, batch, heads, offset, capacity: tokens + first, first };
  const before = guardedTensor(dtype, place, createRandom(c.seed));
  const buffer = own(uploadTensor(on, before, dtype, { as: 'bits' }));
  const origins = positionSource(on, own, from) as Parameters<typeof rope.rerotate>[2]['from'];
  const options = {
    ...{ tokens, batch, first, from: origins },
    to: to.type === 'delta' ? { delta: to.delta } : positionSource(on, own, to),
  };
  const k = { buffer, heads, offset, capacity: tokens + first, dtype };
  submitPass(on, (pass) => rope.rerotate(pass, k, options));
  const { inverseFrequencies, attentionFactor } = ropeFrequencies(config);
  const turn = (side: number) => ({
    positions: axes ? lists[side]! : lists[side]![0]!,
    ...{ inverseFrequencies, attentionFactor },
  });
  expectContract({
    before,
    after: await readTensor(on, buffer, dtype),
    rotations: {
      ...{ dtype, rotaryDim, pairing, placement, ...place, pairAxis: axes?.pairAxis },
      ...{ from: turn(0), to: turn(1) },
    },
  });
}

test(
  'moves of keys from everywhere to everywhere',
  () =>
    fc.assert(
      fc.asyncProperty(moves, (c) =>
        withErrorScope(c.isSmall ? small : device, (own) => expectMoved(own, c)),
      ),
      runs(20),
    ),
  patience(),
);
