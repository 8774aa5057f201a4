import { describe, expect, it } from 'vitest';
import { ropeFrequencies } from '../../src/frequencies';
import { applyRopeReference, type RopeReferenceOptions } from '../../src/reference/rope';

const head = [1, 2, 3, 4, 5, 6, 7, 8];

function rotated(options: Partial<RopeReferenceOptions>): number[] {
  const data = Float32Array.from(head);
  applyRopeReference(data, {
    dtype: 'f32',
    heads: 1,
    headDim: 8,
    rotaryDim: 4,
    pairing: 'half',
    tokens: 1,
    positions: 3,
    inverseFrequencies: [1, 0.5],
    ...options,
  });
  return [...data];
}

describe('the last elements of a head', () => {
  it.each(['half', 'interleaved'] as const)('%s: as a head of their own', (pairing) => {
    const own = Float32Array.from(head.slice(4));
    const options = { dtype: 'f32', heads: 1, headDim: 4, pairing, tokens: 1, positions: 3 } as const;
    applyRopeReference(own, { ...options, inverseFrequencies: [1, 0.5] });
    expect(rotated({ pairing, placement: 'last' })).toEqual([...head.slice(0, 4), ...own]);
  });

  it('all of a head: where they begin makes no difference', () => {
    const whole = { rotaryDim: 8, inverseFrequencies: [1, 0.5, 0.25, 0.125] };
    expect(rotated({ ...whole, placement: 'last' })).toEqual(rotated(whole));
  });

  it('anything else is refused', () => {
    expect(() => rotated({ placement: 'middle' as 'last' })).toThrow(
      'placement: expected "first" or "last", got "middle"',
    );
  });
});

describe('the reversed direction', () => {
  const config = { headDim: 4, theta: 100 };

  it('negates every frequency, whatever the scheme, and undoes the forward one', () => {
    for (const scaling of [{ type: 'default' }, { type: 'linear', factor: 2 }] as const) {
      const forward = ropeFrequencies({ ...config, scaling });
      const reversed = ropeFrequencies({ ...config, scaling, direction: 'reversed' });
      expect([...reversed.inverseFrequencies]).toEqual([...forward.inverseFrequencies].map((f) => -f));
      expect(reversed.attentionFactor).toBe(forward.attentionFactor);
    }
  });

  it('a pair of frequency 0 stands still', () => {
    const { inverseFrequencies } = ropeFrequencies({
      ...config,
      direction: 'reversed',
      scaling: { type: 'explicit', inverseFrequencies: [1, 0] },
    });
    const data = Float32Array.from(head.slice(0, 4));
    const options = { dtype: 'f32', heads: 1, headDim: 4, pairing: 'half', tokens: 1 } as const;
    applyRopeReference(data, { ...options, positions: 9, inverseFrequencies });
    expect([data[1], data[3]]).toEqual([2, 4]);
  });
});
