import { describe, expect, test } from 'vitest';
import { quantile, summarise } from '../../bench/harness/stats';

describe('quantile', () => {
  test('odd count: the median is the middle one, whatever the order', () => {
    expect(quantile([5, 1, 3], 0.5)).toBe(3);
  });
  test('even count: the median lies between the middle two', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  });
  test('0 and 1 are the smallest and the largest', () => {
    expect([quantile([3, 1, 2], 0), quantile([3, 1, 2], 1)]).toEqual([1, 3]);
  });
  test('between samples it interpolates', () => {
    expect(quantile([0, 10, 20, 30, 40, 50], 0.2)).toBe(10);
    expect(quantile([0, 10], 0.8)).toBe(8);
  });
  test('one sample is every quantile', () => {
    expect(quantile([7], 0.2)).toBe(7);
  });
  test('the samples stay in their order', () => {
    const samples = [3, 1, 2];
    quantile(samples, 0.5);
    expect(samples).toEqual([3, 1, 2]);
  });
  test('nothing, NaN, infinity and a share outside 0..1 are refused', () => {
    expect(() => quantile([], 0.5)).toThrow(/at least one/);
    expect(() => quantile([1, Number.NaN], 0.5)).toThrow(/finite numbers, got NaN/);
    expect(() => quantile([1, Number.POSITIVE_INFINITY], 0.5)).toThrow(/finite numbers, got Infinity/);
    expect(() => quantile([1], 1.5)).toThrow(/share: .* got 1.5/);
    expect(() => quantile([1], Number.NaN)).toThrow(/share/);
  });
});

test('summarise: median, p20 and p80 of 31 samples are the 16th, 7th and 25th', () => {
  const samples = Array.from({ length: 31 }, (_, i) => 31 - i);
  expect(summarise(samples)).toEqual({ medianMs: 16, p20Ms: 7, p80Ms: 25 });
});
