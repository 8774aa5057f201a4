import { axial, imageGridPositions, ropeFrequencies } from 'webgpu-rope';
import { type EncodingSource, extensionSchemes } from 'webgpu-rope/analysis';
import type { AttentionBiasInput } from 'webgpu-rope/bias';
import { baseOf, countOf, isGrid, type State } from './state';
import { standInBiases, standInFope, standInWeights } from './weights';

/** An encoding with rows, as the state has it, and what had to be chosen for it, in words. */
export interface Chosen {
  readonly source: EncodingSource;
  readonly note: string;
}

/** @throws {RangeError} the state's encoding is a bias, which has no rows */
export function chosenOf(state: State): Chosen {
  const { encoding, dim, layout, endpoint, pairing } = state;
  const base = baseOf(state);
  switch (encoding) {
    case 'rope':
      return extendedRope(state);
    case 'rope-2d':
      return {
        source: { rope: { headDim: dim, theta: base, pairing, axes: axial(dim) } },
        note: 'Half of the pairs turn by the row of the cell, half by its column. Heo et al., arXiv:2403.13298.',
      };
    case 'fope': {
      const config = { headDim: dim, theta: base, pairing };
      return {
        source: {
          rope: config,
          fope: standInFope(state.seed, ropeFrequencies(config).inverseFrequencies, state.length),
        },
        note: 'Each pair turns by a sum of frequencies; random weights stand in for trained ones. Slow pairs stand still. Hua et al., arXiv:2412.17739.',
      };
    }
    case 'wavelet':
      return {
        source: { wavelet: { dim, scales: 4 } },
        note: 'Queries meet the row of their distance to a key: Ricker wavelets of widths 1, 2, 4 and 8. Oka et al., arXiv:2502.02004.',
      };
    case 'sinusoidal':
      return {
        source: { encoding: { type: 'sinusoidal', dim, base, layout, endpoint } },
        note: 'Vaswani et al., arXiv:1706.03762.',
      };
    case 'sinusoidal-2d':
      return {
        source: { encoding: { type: 'sinusoidal', dim, base, layout, endpoint, axes: 2 } },
        note: 'The first half of a row encodes the row of the cell, the second half its column.',
      };
    case 'binary':
      return {
        source: { encoding: { type: 'binary', dim } },
        note: 'A bit of the position in each dimension, lowest first.',
      };
    case 'integer':
      return {
        source: { encoding: { type: 'integer', dim, divisor: state.divisor } },
        note: 'The position, over the divisor, in every dimension alike.',
      };
    case 'learned': {
      const rows = state.length;
      return {
        source: {
          encoding: { type: 'learned', dim, rows },
          weights: standInWeights(state.seed, rows, dim, state.smooth),
        },
        note: state.smooth
          ? 'Random weights stand in for trained ones, each mostly like the one a position before.'
          : 'Random weights stand in for trained ones: what a model like BERT or GPT-2 starts from.',
      };
    }
    default:
      throw new RangeError(`encoding: expected one with rows, got ${encoding}`);
  }
}

/** Positions that count as trained: the length over the factor, where a scheme extends it. */
export function trainedOf({ length, scheme, factor }: Pick<State, 'length' | 'scheme' | 'factor'>): number {
  return Math.max(2, Math.round(length / (scheme === 'direct' ? 1 : factor)));
}

/** RoPE on all of the length, trained on a part of it: the length over the factor. */
function extendedRope({ dim, length, scheme, factor, pairing, base, encoding }: State): Chosen {
  const trained = trainedOf({ length, scheme, factor });
  const theta = baseOf({ base, encoding });
  const extended = extensionSchemes({ headDim: dim, theta, pairing }, trained, length).find(
    ({ name }) => name === scheme,
  );
  if (!extended) throw new RangeError(`scheme: expected one of extensionSchemes, got ${scheme}`);
  return {
    source: { rope: extended.config, sequenceLength: length },
    note:
      scheme === 'direct'
        ? 'Su et al., arXiv:2104.09864.'
        : `${extended.note} Taken as trained: the first ${trained} of ${length} positions.`,
  };
}

/** Positions of all rows, `[axes, tokens]`. */
export function positionsOf(state: State): ArrayLike<number> {
  const { side } = state;
  if (isGrid(state)) return imageGridPositions({ width: side, height: side }).positions;
  return Float64Array.from({ length: countOf(state) }, (_, position) => position);
}

/** @throws {RangeError} the state's encoding is no bias */
export function biasOf(state: State): { bias: AttentionBiasInput; weights?: Float64Array; note: string } {
  const { encoding, heads, buckets, distance: maxDistance, bidirectional, seed } = state;
  if (encoding === 'alibi') {
    return {
      bias: { type: 'alibi', heads },
      note: 'Minus slope times distance: the further apart, the less attention. Press et al., arXiv:2108.12409.',
    };
  }
  if (encoding !== 't5') throw new RangeError(`encoding: expected a bias, got ${encoding}`);
  return {
    bias: { type: 't5', heads, buckets, maxDistance, bidirectional },
    weights: standInBiases(seed, buckets, heads),
    note: 'A learned number a bucket of distances and head; random ones stand in here. Raffel et al., arXiv:1910.10683.',
  };
}
