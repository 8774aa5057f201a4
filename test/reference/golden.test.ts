import { describe, expect, it } from 'vitest';
import { ropeFrequencies } from '../../src/frequencies';
import { applyRopeReference, type RopeReferenceOptions, ropeReferenceExact } from '../../src/reference/rope';
import { expectFrequencies } from '../frequencies/golden';
import { expectClose } from '../support/compare';
import { expectContract } from '../support/contract';
import {
  goldenAxes,
  goldenConfig,
  goldenRotations,
  goldenRotations1d,
  goldenTolerance,
} from '../support/golden';
import { goldenOnnx, ONNX_TOLERANCE, onnxOptions } from '../support/onnx';

it('golden rotations: 47 cases, 34 with one position a token', () => {
  expect(goldenRotations.length).toBe(47);
  expect(goldenRotations1d.length).toBe(34);
});

describe.each(goldenRotations)('golden: $name', (rotation) => {
  it('the preset gives its axes, the config its frequencies', () => {
    const axes = goldenAxes(rotation);
    expect(axes?.pairAxis).toEqual('pair_axis' in rotation ? rotation.pair_axis : undefined);
    expectFrequencies(ropeFrequencies(goldenConfig(rotation)), rotation);
  });

  it.each(['q', 'k'] as const)('%s within 1e-8 of the pair length, tail equal', (name) => {
    const input = rotation[name];
    const recorded = rotation[`${name}_out`];
    const options: RopeReferenceOptions = {
      dtype: 'f32',
      heads: name === 'q' ? rotation.num_heads_q : rotation.num_heads_k,
      headDim: rotation.head_dim,
      rotaryDim: rotation.rotary_dim,
      pairing: rotation.layout,
      tokens: rotation.tokens,
      positions: rotation.positions,
      pairAxis: goldenAxes(rotation)?.pairAxis,
      ...ropeFrequencies(goldenConfig(rotation)),
    };
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

it('golden ONNX: 16 cases', () => expect(goldenOnnx.length).toBe(16));

describe.each(goldenOnnx)('golden ONNX: $name', (golden) => {
  it('within 1e-6, by the caches alone', () => {
    const options = onnxOptions(golden);
    const before = Float32Array.from(golden.inputs.input.data);
    const after = before.slice();
    applyRopeReference(after, options);
    expectClose(after, golden.output.data, ONNX_TOLERANCE);
    expectContract({ before, after, rotations: options });
  });

  it('and back again: inverse divides by cos^2 + sin^2', () => {
    const options = onnxOptions(golden);
    const before = Float32Array.from(golden.inputs.input.data);
    const exact = ropeReferenceExact(before, options);
    const after = Float32Array.from(exact);
    applyRopeReference(after, { ...options, inverse: true });
    expectContract({ before: Float32Array.from(exact), after, rotations: { ...options, inverse: true } });
    // Rounding to f32 between the two costs half an ulp of both elements of a pair, magnified by 1 / hypot(cos, sin).
    const shortest = shortestOf(options);
    const largest = Math.max(...exact.map(Math.abs));
    expectClose(after, before, (2 ** -23 * largest) / shortest + 2 ** -23 * largest);
  });
});

/** The smallest hypot(cos, sin) in the caches. */
function shortestOf({ cosCache, sinCache }: RopeReferenceOptions): number {
  return Math.min(...Array.from(cosCache!, (cos, i) => Math.hypot(cos, sinCache![i]!)));
}
