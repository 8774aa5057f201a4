import { describe, expect, test } from 'vitest';
import { type T5Bucketing, t5Bucket, t5Buckets } from 'webgpu-rope/bias';

const farthest = 1_000_000;

/** Settings of published models, and some whose edges are near integers. */
const settings: readonly (readonly [string, T5Bucketing])[] = [
  ['T5, mT5, UMT5, LongT5 encoders', { buckets: 32, maxDistance: 128, bidirectional: true }],
  ['T5, mT5, UMT5 decoders', { buckets: 32, maxDistance: 128, bidirectional: false }],
  ['WavLM', { buckets: 320, maxDistance: 800, bidirectional: true }],
  ['BEATs', { buckets: 320, maxDistance: 1280, bidirectional: true }],
  ['64 to 128', { buckets: 64, maxDistance: 128, bidirectional: true }],
  ['64 to 128, causal', { buckets: 64, maxDistance: 128, bidirectional: false }],
  ['64 to 256', { buckets: 64, maxDistance: 256, bidirectional: true }],
  ['128 to 512', { buckets: 128, maxDistance: 512, bidirectional: true }],
  ['odd counts', { buckets: 33, maxDistance: 100, bidirectional: true }],
  ['12 to 27', { buckets: 12, maxDistance: 27, bidirectional: true }],
  ['40 to 1000', { buckets: 40, maxDistance: 1000, bidirectional: true }],
  ['more buckets than distances', { buckets: 64, maxDistance: 40, bidirectional: false }],
];

/** Hugging Face's `_relative_position_bucket`, its logarithm in float64 or, as there, in float32. */
function reference(
  relative: number,
  { buckets, maxDistance, bidirectional }: T5Bucketing,
  round: (x: number) => number,
) {
  let [each, bucket, distance] = [buckets, 0, -Math.min(relative, 0)];
  if (bidirectional) {
    each = Math.floor(buckets / 2);
    bucket = relative > 0 ? each : 0;
    distance = Math.abs(relative);
  }
  const exact = Math.floor(each / 2);
  if (distance < exact) return bucket + distance;
  const ratio = round(round(Math.log(round(round(distance) / exact))) / round(Math.log(maxDistance / exact)));
  return bucket + Math.min(each - 1, exact + Math.trunc(round(ratio * (each - exact))));
}

describe.each(settings)('%s', (_name, setting) => {
  test.each([
    ['float64', (x: number) => x],
    ['float32', Math.fround],
  ] as const)(
    `the buckets of the reference in %s, for every distance to ${farthest}`,
    (_precision, round) => {
      const { byDistance, ahead } = t5Buckets(setting);
      const last = byDistance.length - 1;
      let differing = 0;
      for (let distance = 0; distance <= farthest; distance++) {
        const bucket = byDistance[Math.min(distance, last)]!;
        if (bucket !== reference(-distance, setting, round)) differing++;
        const after = setting.bidirectional ? bucket + ahead : 0;
        if (distance > 0 && after !== reference(distance, setting, round)) differing++;
      }
      expect(differing).toBe(0);
    },
  );

  test('rises by distance, from one distance a bucket to the last bucket', () => {
    const { byDistance, ahead } = t5Buckets(setting);
    const each = setting.bidirectional ? Math.floor(setting.buckets / 2) : setting.buckets;
    expect(ahead).toBe(setting.bidirectional ? each : 0);
    expect(byDistance.at(-1)).toBe(each - 1);
    expect(byDistance.length).toBeLessThanOrEqual(setting.maxDistance + 1);
    for (let d = 1; d < byDistance.length; d++) {
      expect(byDistance[d]!).toBeGreaterThanOrEqual(byDistance[d - 1]!);
      if (d < Math.floor(each / 2)) expect(byDistance[d]).toBe(d);
    }
  });

  test('t5Bucket reads the same table', () => {
    const { byDistance } = t5Buckets(setting);
    for (const relative of [0, 1, -1, -7, 9, -16, 40, -64, 127, -128, 5000, -(2 ** 31), 2 ** 31]) {
      expect(t5Bucket(relative, setting)).toBe(reference(relative, setting, (x) => x));
    }
    expect(t5Bucket(-3, setting)).toBe(byDistance[3]);
  });
});

test("the edges of T5's encoder: 8, 12, 16, 23, 32, 46, 64, 91, where 8 * sqrt(2)^j passes an integer", () => {
  const { byDistance } = t5Buckets();
  const edges = [...byDistance.keys()].filter((d) => d > 7 && byDistance[d] !== byDistance[d - 1]);
  expect(edges).toEqual([8, 12, 16, 23, 32, 46, 64, 91]);
  expect(byDistance.length).toBe(92);
});

// Where an edge is an exact integer, the step before the truncation hangs on the last bit of the logarithm.
test('a float32 logarithm one step too small would put 16, 32 and 64 into the bucket before', () => {
  const { byDistance } = t5Buckets();
  const below = (x: number) => Math.fround(Math.fround(x) * (1 - 2 ** -24));
  const differing: number[] = [];
  for (let d = 8; d <= farthest; d++) {
    const log = below(Math.log(Math.fround(d / 8)));
    const bucket = Math.min(
      15,
      8 + Math.trunc(Math.fround(Math.fround(log / Math.fround(Math.log(16))) * 8)),
    );
    if (bucket !== byDistance[Math.min(d, 91)]) differing.push(d);
  }
  expect(differing).toEqual([16, 32, 64]);
});

test.each([
  [{ buckets: 3 }, new RangeError('buckets: expected an integer in 4..65536, got 3')],
  [{ buckets: 1, bidirectional: false }, new RangeError('buckets: expected an integer in 2..65536, got 1')],
  [
    { maxDistance: 8 },
    new RangeError('maxDistance: expected more than 8, the buckets of one distance each, got 8'),
  ],
  [{ maxDistance: 2 ** 21 }, new RangeError('maxDistance: expected an integer in 1..1048576, got 2097152')],
  [{ bidirectional: 1 }, new TypeError('bidirectional: expected true or false, got 1')],
  [
    { numBuckets: 32 },
    new TypeError('options: expected only buckets, maxDistance, bidirectional, got "numBuckets"'),
  ],
])('refuses %j', (options, error) => {
  expect(() => t5Buckets(options as object)).toThrow(error);
  expect(() => t5Bucket(0, options as object)).toThrow(error);
});

test('t5Bucket refuses what is no relative position', () => {
  expect(() => t5Bucket(0.5)).toThrow(RangeError);
  expect(() => t5Bucket('1' as never)).toThrow(TypeError);
});
