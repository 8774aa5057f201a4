import { describe, expect, it } from 'vitest';
import { applyRopeReference, ropeReferenceExact } from '../../src/reference/rope';
import { expectClose } from '../support/compare';
import { expectContract } from '../support/contract';
import { goldenRotations, goldenRotations1d, goldenTolerance } from '../support/golden';

it('golden rotations: 47 cases, 34 with one position a token', () => {
  expect(goldenRotations.length).toBe(47);
  expect(goldenRotations1d.length).toBe(34);
});

describe.each(goldenRotations1d)('golden: $name', (rotation) => {
  it.each(['q', 'k'] as const)('%s within 1e-8 of the pair length, tail equal', (name) => {
    const input = rotation[name];
    const recorded = rotation[`${name}_out`];
    const options = {
      dtype: 'f32',
      heads: name === 'q' ? rotation.num_heads_q : rotation.num_heads_k,
      headDim: rotation.head_dim,
      rotaryDim: rotation.rotary_dim,
      pairing: rotation.layout,
      tokens: rotation.tokens,
      positions: rotation.positions,
      inverseFrequencies: rotation.inv_freq,
      attentionFactor: rotation.attention_factor,
    } as const;
    const before = new Float32Array(input);
    expect([...before], 'q and k are exact in f32').toEqual(input);
    const exact = ropeReferenceExact(before, options);
    const tolerance = goldenTolerance(rotation, input);
    expectClose(exact, recorded, tolerance, name);
    const after = before.slice();
    applyRopeReference(after, options);
    expectContract({ before, after, rotations: options });
    expect(after).toEqual(Float32Array.from(exact));
  });
});
