import { describe, expect, it } from 'vitest';
import { ropeReferenceExact } from 'webgpu-rope/reference';
import { fresh } from '../support/fresh';

// Positions below 0 and between integers, and angles past what a float64 product holds.

/** 2 pi to 200 bits behind the point. */
const twoPi = 0x6487ed5110b4611a62633145c06e0e68948127044533e63a010n;

/** An angle within a turn: the exact product of two float64, by integers. */
function exactAngle(position: number, frequency: number): number {
  const scaled = (value: number) => BigInt(value * 2 ** 60);
  const product = (scaled(position) * scaled(frequency)) << 80n;
  return Number((product % twoPi) >> 100n) / 2 ** 100;
}

const turned = (position: number, frequency: number): number[] => [
  ...ropeReferenceExact(Float32Array.of(1, 0), {
    ...{ dtype: 'f32', heads: 1, headDim: 2, pairing: 'half', tokens: 1, inverseFrequencies: [frequency] },
    ...{ positions: [position], padding: Number.NaN },
  }),
];

describe('angles', () => {
  it('of 10^10 radians and more are right to 1e-12', () =>
    fresh((random) => {
      for (let i = 0; i < 200; i++) {
        const position = Math.fround(random.normal() * 2 ** random.integer(10, 20));
        const frequency = Math.fround(random.normal() * 2 ** random.integer(0, 12)) + 2 ** -30;
        const angle = exactAngle(position, frequency);
        const [cos, sin] = turned(position, frequency);
        expect(Math.abs(cos! - Math.cos(angle)), `${position} * ${frequency}`).toBeLessThan(1e-8);
        expect(Math.abs(sin! - Math.sin(angle)), `${position} * ${frequency}`).toBeLessThan(1e-8);
        if (Math.abs(position * frequency) <= 2 ** 26) continue;
        expect(Math.abs(cos! - Math.cos(angle))).toBeLessThan(1e-12);
        expect(Math.abs(sin! - Math.sin(angle))).toBeLessThan(1e-12);
      }
    }));
});

describe('padding', () => {
  const options = { dtype: 'f32', heads: 1, headDim: 2, pairing: 'half', inverseFrequencies: [1] } as const;
  const data = Float32Array.of(1, 0, 1, 0, 1, 0);

  it('of another number leaves -1 a position', () => {
    const positions = [-1, -7, 0.5];
    expect([...ropeReferenceExact(data, { ...options, tokens: 3, positions, padding: -7 })]).toEqual([
      ...[Math.cos(-1), Math.sin(-1)],
      ...[1, 0],
      ...[Math.cos(0.5), Math.sin(0.5)],
    ]);
    const start = ropeReferenceExact(data, { ...options, tokens: 3, positions: -1.5, padding: Number.NaN });
    expect([...start.subarray(4)]).toEqual([Math.cos(0.5), Math.sin(0.5)]);
  });

  it.each([
    [
      { positions: [1, 2, Infinity], padding: Number.NaN },
      new RangeError('positions[2]: expected a finite number, or NaN for padding, got Infinity'),
    ],
    [
      { positions: [1, 2, 'a'], padding: -2 },
      new TypeError('positions[2]: expected a finite number, or -2 for padding, got "a"'),
    ],
    [{ positions: Number.NaN, padding: -2 }, new RangeError('positions: expected a finite number, got NaN')],
    [{ positions: 0, padding: '-1' }, new TypeError('padding: expected a number, got "-1"')],
    [
      { positions: [0, 0.5, 1] },
      new RangeError('positions[1]: expected an integer of at least 0, or -1 for padding, got 0.5'),
    ],
  ])('refuses %j', (more, error) => {
    expect(() => ropeReferenceExact(data, { ...options, tokens: 3, ...(more as object) } as never)).toThrow(
      error,
    );
  });
});
