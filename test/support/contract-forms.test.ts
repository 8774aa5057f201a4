import { describe, expect, it } from 'vitest';
import { type RerotateReferenceOptions, rerotateReference } from '../../src/reference/rerotate';
import { applyRopeReference, type RopeReferenceOptions } from '../../src/reference/rope';
import { checkContract } from './contract';
import { createRandom, randomTensor } from './random';

/** The contract for rotations on several axes, by caches, turned back and moved. */

const place = { dtype: 'f32', pairing: 'half', heads: 1, headDim: 8, rotaryDim: 4, tokens: 3 } as const;
const START = 8;
const input = () => randomTensor('f32', 24, createRandom(9)) as Float32Array;

function rotated(rotations: RopeReferenceOptions) {
  const before = input();
  const after = before.slice();
  applyRopeReference(after, rotations);
  return { before, after, rotations };
}

/** m of the pair of element `at`. */
const largest = (data: Float32Array, at: number) => Math.max(Math.abs(data[at]!), Math.abs(data[at + 2]!));

describe('checkContract', () => {
  const axes: RopeReferenceOptions = {
    ...place,
    pairAxis: [0, 1],
    positions: [
      [4, 5, -1],
      [7, -1, 0],
    ],
    inverseFrequencies: [1, 0.1],
  };

  it('several axes: counts what turned, names positions by axis, rejects axes exchanged and padding touched', () => {
    const check = rotated(axes);
    expect(checkContract(check)).toMatchObject({ failureCount: 0, rotated: 4 });
    const [rows, columns] = axes.positions as number[][];
    const exchanged = { ...axes, positions: [columns!, rows!] };
    const result = checkContract({ ...check, rotations: exchanged });
    expect(result.failureCount).toBe(4);
    expect(result.failures[0]!.place).toMatch(/position 7\/4$/);
    check.after[START]! += 1;
    expect(checkContract(check).failures[0]).toMatchObject({ index: START, tolerance: 0 });
  });

  it('caches: s is the length of (cos, sin) of the pair, not 1', () => {
    const check = rotated({
      ...place,
      positions: [0, 1, 2],
      cosCache: [3, 0.3, 3, 0.3, 3, 0.3],
      sinCache: [4, 0.4, 4, 0.4, 4, 0.4],
    });
    expect(checkContract(check).failureCount).toBe(0);
    const off = (pair: number, share: number) => {
      const after = check.after.slice();
      after[START + pair]! += share * 5e-7 * largest(check.before, START + pair);
      return checkContract({ ...check, after }).failureCount;
    };
    expect([off(0, 4.5), off(0, 6), off(1, 0.4), off(1, 0.7)]).toEqual([0, 1, 0, 1]);
  });

  it('inverse: s is the reciprocal of the attention factor', () => {
    const check = rotated({
      ...place,
      positions: 3,
      inverseFrequencies: [1, 0.1],
      attentionFactor: 4,
      inverse: true,
    });
    expect(checkContract(check).failureCount).toBe(0);
    check.after[START]! += 0.4 * 5e-7 * largest(check.before, START);
    expect(checkContract(check).failureCount).toBe(1);
  });

  it('moved keys: 1e-6 of the ratio, from the stored bits', () => {
    const rotations: RerotateReferenceOptions = {
      ...place,
      from: { positions: 90, inverseFrequencies: [1, 0.1], attentionFactor: 2 },
      to: { positions: 7, inverseFrequencies: [1, 0.1], attentionFactor: 1 },
    };
    const before = input();
    const after = before.slice();
    rerotateReference(after, rotations);
    expect(checkContract({ before, after, rotations })).toMatchObject({ failureCount: 0, rotated: 12 });
    expect(checkContract({ before, after: before, rotations }).failures[0]!.place).toMatch(
      /position 90 -> 7$/,
    );
    after[START]! += 0.8 * 5e-7 * largest(before, START);
    expect(checkContract({ before, after, rotations }).failureCount).toBe(0);
    after[START]! += 0.4 * 5e-7 * largest(before, START);
    expect(checkContract({ before, after, rotations }).failureCount).toBe(1);
  });
});
