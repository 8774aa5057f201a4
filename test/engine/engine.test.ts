/** The engine against the same model in float64, with seeded weights. */
import { afterEach, describe, expect, test } from 'vitest';
import { cacheLayouts } from '../../demo/engine/cache-rows';
import { createEngine, type Engine, type EngineOptions, type Outcome } from '../../demo/engine/engine';
import type { Model } from '../../demo/engine/model';
import { expectClose } from '../support/compare';
import { getDevice } from '../support/gpu';
import { createRandom } from '../support/random';
import { type Cache, type Choices, forward, type Placed } from './forward';
import { smallModel, smallShape } from './small-model';

/**
 * Of the largest logit. A sum of n products in float32 is off by n * 2^-24 of their sizes at most, and n is 76 or less:
 * 4.5e-6. A logit lies 15 such sums deep, 7 a layer and one at the end.
 */
const f32Bound = 15 * 4.5e-6;

/**
 * With K and V in f16, off by 2^-11 each: a score, whose terms add up to 8 or less here, by 4e-3, so that a weight is off by
 * twice as much; in two layers.
 */
const f16Bound = 2 * (2 * 4e-3 + 2 ** -11);

const model = smallModel(1);
const random = createRandom(2);
const text = (length: number): number[] =>
  Array.from({ length }, () => random.integer(0, smallShape.vocabulary - 1));

let engine: Engine | undefined;
afterEach(() => {
  engine?.destroy();
  engine = undefined;
});

async function open(options: EngineOptions, of: Model = model): Promise<Engine> {
  engine = await createEngine(await getDevice(), of, options);
  return engine;
}

/** Appends to one sequence. */
async function append(to: Engine, sequence: number, tokens: readonly number[]): Promise<Outcome> {
  const [outcome] = await to.forward([{ sequence, tokens }], { looks: true });
  return outcome!;
}

const placed = (tokens: readonly number[], start = 0): Placed[] =>
  tokens.map((token, n) => [token, start + n]);

function expectLogits(got: Float32Array, expected: readonly number[], bound = f32Bound): void {
  const largest = Math.max(...expected.map(Math.abs));
  expectClose(got, expected, bound * largest, 'logits');
}

describe('logits and looks equal those of float64', () => {
  const cases: [string, Choices, 'f32' | 'f16', number][] = [
    ['interleaved', {}, 'f32', f32Bound],
    ['half', { pairing: 'half' }, 'f32', f32Bound],
    ['theta 500 000', { theta: 500_000 }, 'f32', f32Bound],
    ['f16 cache', {}, 'f16', f16Bound],
  ];
  for (const [name, choices, cacheDtype, bound] of cases) {
    test(`${name}: a prompt of 23 tokens at once, then 3 one by one`, async () => {
      const engine = await open({ ...choices, cacheDtype });
      const cache: Cache = [];
      for (const tokens of [text(23), text(1), text(1), text(1)]) {
        const expected = forward(model, cache, placed(tokens, cache.length), choices);
        const got = await append(engine, 0, tokens);
        expectLogits(got.logits, expected.logits.at(-1)!, bound);
        expect(got.looks.length).toBe(smallShape.layers);
        for (const [layer, looks] of got.looks.entries())
          expectClose(looks, expected.looks[layer]!, bound, `looks of layer ${layer}`);
      }
    });
  }

  test('a classifier that is not the embedding', async () => {
    const own = smallModel(3, { classifier: true });
    const tokens = text(9);
    const got = await append(await open({}, own), 0, tokens);
    expectLogits(got.logits, forward(own, [], placed(tokens)).logits.at(-1)!);
  });

  test('weights in f16', async () => {
    const half = smallModel(4, { dtype: 'f16' });
    const tokens = text(9);
    const got = await append(await open({}, half), 0, tokens);
    expectLogits(got.logits, forward(half, [], placed(tokens)).logits.at(-1)!);
  });

  test('positions that begin at 100 000', async () => {
    const engine = await open({});
    engine.rows.reset(0, 100_000);
    const tokens = text(12);
    const got = await append(engine, 0, tokens);
    expectLogits(got.logits, forward(model, [], placed(tokens, 100_000)).logits.at(-1)!);
  });
});

describe.each(cacheLayouts)('%s cache', (layout) => {
  test('four sequences of different lengths in a batch, the oldest keys dropped on the way', async () => {
    const engine = await open({ layout, sequences: 4, capacity: 32, pageSize: 4, maxTokens: 64 });
    const caches: Cache[] = [[], [], [], []];
    const next = [0, 0, 0, 0];
    for (const [lengths, drops] of [
      [
        [5, 1, 13, 9],
        [2, 0, 7, 9],
      ],
      [
        [1, 6, 3, 2],
        [0, 4, 5, 1],
      ],
      // Not every sequence in every batch.
      [
        [4, 0, 5, 0],
        [0, 0, 0, 0],
      ],
      [
        [1, 1, 1, 1],
        [0, 0, 0, 0],
      ],
    ] as const) {
      const entries = lengths.flatMap((length, sequence) =>
        length > 0 ? [{ sequence, tokens: text(length) }] : [],
      );
      // The order of a batch is the caller's.
      entries.reverse();
      const outcomes = await engine.forward(entries);
      for (const [n, { sequence, tokens }] of entries.entries()) {
        const expected = forward(model, caches[sequence]!, placed(tokens, next[sequence]!));
        next[sequence]! += tokens.length;
        expectLogits(outcomes[n]!.logits, expected.logits.at(-1)!);
      }
      for (const [sequence, count] of drops.entries()) {
        engine.rows.drop(sequence, count);
        caches[sequence]!.splice(0, count);
      }
    }
  });

  test('after a shift, logits equal those of a cache built at the new positions', async () => {
    for (const cacheDtype of ['f32', 'f16'] as const) {
      const bound = cacheDtype === 'f32' ? f32Bound : f16Bound;
      const engine = await open({ layout, sequences: 3, capacity: 40, pageSize: 8, cacheDtype });
      const [early, late, last] = [text(11), text(14), text(1)];
      const [moved, stale, built] = [0, 1, 2];
      // Positions 30 to 54; the built one has 10 to 34. All forget the first 11 tokens.
      for (const [sequence, position] of [30, 30, 10].entries()) {
        engine.rows.reset(sequence, position);
        await append(engine, sequence, early);
        await append(engine, sequence, late);
        engine.rows.drop(sequence, early.length);
      }
      engine.shift(moved, -20);
      engine.shift(stale, -20, { rerotate: false });
      const outcomes = await engine.forward(
        [moved, stale, built].map((sequence) => ({ sequence, tokens: last })),
      );
      const cache: Cache = [];
      forward(model, cache, placed([...early, ...late], 10));
      cache.splice(0, early.length);
      const expected = forward(model, cache, placed(last, 35)).logits[0]!;
      expectLogits(outcomes[moved]!.logits, expected, bound);
      expectLogits(outcomes[built]!.logits, expected, bound);
      expectLogits(outcomes[moved]!.logits, Array.from(outcomes[built]!.logits), bound);
      expect(() => expectLogits(outcomes[stale]!.logits, expected, 0.1)).toThrow('logits');
      engine.destroy();
    }
    engine = undefined;
  });
});

test('in one layer, a shift gives the cache that the kept tokens alone would have built', async () => {
  const single = smallModel(5, { layers: 1 });
  const engine = await open({ layout: 'ring' }, single);
  const [early, late, last] = [text(10), text(12), text(1)];
  await append(engine, 0, [...early, ...late]);
  engine.rows.drop(0, early.length);
  engine.shift(0, -early.length);
  const got = await append(engine, 0, last);
  expectLogits(got.logits, forward(single, [], placed([...late, ...last])).logits.at(-1)!);
});

test('a ring goes round many times', async () => {
  const engine = await open({ layout: 'ring', capacity: 16 });
  const cache: Cache = [];
  let position = 0;
  for (let round = 0; round < 9; round++) {
    const tokens = text(7);
    const expected = forward(model, cache, placed(tokens, position));
    position += tokens.length;
    expectLogits((await append(engine, 0, tokens)).logits, expected.logits.at(-1)!);
    const count = cache.length - 8;
    if (count > 0) engine.rows.drop(0, cache.splice(0, count).length);
  }
});

test('a sequence that is emptied begins again, and the others go on', async () => {
  const engine = await open({ layout: 'paged', sequences: 2, capacity: 16, pageSize: 4 });
  const other: Cache = [];
  const start = text(6);
  forward(model, other, placed(start));
  await append(engine, 1, start);
  await append(engine, 0, text(15));
  engine.rows.reset(0);
  const tokens = text(13);
  expectLogits((await append(engine, 0, tokens)).logits, forward(model, [], placed(tokens)).logits.at(-1)!);
  const more = text(2);
  expectLogits((await append(engine, 1, more)).logits, forward(model, other, placed(more, 6)).logits.at(-1)!);
});

describe('what cannot be done is refused before anything changes', () => {
  test.each([
    [[], 'entries: expected 1 to 12 tokens (maxTokens), got 0'],
    [[{ sequence: 0, tokens: text(13) }], 'entries: expected 1 to 12 tokens (maxTokens), got 13'],
    [[{ sequence: 0, tokens: [1, 37] }], 'tokens: expected 0 to 36 (vocabulary), got 37'],
    [[{ sequence: 0, tokens: [0.5] }], 'tokens: expected 0 to 36 (vocabulary), got 0.5'],
    [[{ sequence: 2, tokens: [1] }], 'sequence: expected 0 to 1, got 2'],
    [
      [
        { sequence: 0, tokens: [1] },
        { sequence: 1, tokens: text(6) },
      ],
      'tokens: expected 1 to 5 (rows left), got 6',
    ],
    [
      [
        { sequence: 0, tokens: [1] },
        { sequence: 0, tokens: [1] },
      ],
      'entries: expected one for each sequence, got two for one',
    ],
  ])('%# %j', async (entries, message) => {
    const engine = await open({ sequences: 2, capacity: 8, maxTokens: 12 });
    await append(engine, 1, [1, 2, 3]);
    await expect(engine.forward(entries)).rejects.toThrow(new RangeError(message));
    expect([engine.rows.length(0), engine.rows.length(1)]).toEqual([0, 3]);
  });

  test('pages that do not fill the rows', () =>
    expect(open({ layout: 'paged', capacity: 20, pageSize: 16 })).rejects.toThrow(
      new RangeError('capacity: expected a multiple of 16 (pageSize), got 20'),
    ));

  test('more keys dropped than there are', async () => {
    const engine = await open({});
    await append(engine, 0, [1, 2]);
    expect(() => engine.rows.drop(0, 3)).toThrow(new RangeError('count: expected 0 to 2 (keys), got 3'));
  });
});
