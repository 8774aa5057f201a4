/** What the consumers compare with has to notice what is wrong: it is tried on wrong results first. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

type Worst = (
  name: string,
  got: ArrayLike<number>,
  exact: ArrayLike<number>,
  how: { dtype: 'f32' | 'f16'; before: ArrayLike<number> },
) => number;

// JavaScript, as an application without TypeScript has it.
const path = join(import.meta.dirname, '../../consumers/app/rotate.js');
const { worstShare } = (await import(path)) as { worstShare: Worst };

const before = [0.5, -0.25, 0.75, 0.125];
const exact = [0.25, 0.5, -0.75, 0.125]; // the last is not rotated

const check = (dtype: 'f32' | 'f16', at: number, value: number): number => {
  const got = [...exact];
  got[at] = value;
  return worstShare('q', got, exact, { dtype, before });
};

describe.each([
  ['f32', 5e-7],
  ['f16', 0.25 * 2 ** -10 + 5e-7],
] as const)('%s', (dtype, allowed) => {
  test('the exact result, and one within what is allowed', () => {
    expect(check(dtype, 0, 0.25)).toBe(0);
    expect(check(dtype, 0, 0.25 + 0.9 * allowed)).toBeCloseTo(0.9, 5);
  });

  test.each([
    ['one element off', 0, 0.25 + 1.1 * allowed],
    ['a sign', 1, -0.5],
    ['NaN', 2, Number.NaN],
    ['an element as it was before', 0, 0.5],
    ['one that is not rotated, changed by the least', 3, 0.125 + 2 ** -26],
  ])('%s is refused', (_, at, value) => expect(() => check(dtype, at, value)).toThrow(/^q\[\d\]: expected/));
});

test('a result of another length is refused', () =>
  expect(() => worstShare('q', [1], exact, { dtype: 'f32', before })).toThrow(/^q: expected 4 elements/));
