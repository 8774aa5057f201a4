import { axial } from '../config/axes';
import { checkInteger, outOfRange } from '../errors';
import { ropeFrequencies } from '../frequencies';
import type { FopeOptions } from '../tables/fope';
import { extensionSchemes } from './context-schemes';
import type { EncodingSource } from './encoding-source';

/** One encoding of {@link encodingCatalogue}. */
export interface CatalogueEntry {
  /** Short and stable, for keys and addresses. */
  readonly name: string;
  /** For a heading. */
  readonly title: string;
  /** What was chosen, in a sentence or two. */
  readonly note: string;
  /** Ready for {@link positionRows} and {@link encodingProperties}. */
  readonly source: EncodingSource;
}

/**
 * The encodings of this package side by side, all of the same size: what the table in docs/properties.md is made of.
 *
 * The learned table has no training behind it: its weights are drawn with a fixed seed, normal with deviation 0.02, which is
 * what BERT and GPT-2 start from. Schemes that extend RoPE are set up for twice `length`.
 *
 * @param dim Elements in a row, 8 to 512; a multiple of 4. Default 64.
 * @param length Positions: rows of the learned table, the divisor of the normalised integers, and what the schemes
 *   take as trained; 2 to 32 768. Default 1024.
 * @throws {TypeError | RangeError} an argument is of the wrong kind or out of range
 * @example encodingCatalogue().map(({ title, source }) => [title, encodingProperties(source).linear.map])
 */
export function encodingCatalogue(dim = 64, length = 1024): CatalogueEntry[] {
  checkInteger('dim', dim, 8, 512);
  if (dim % 4 !== 0) throw outOfRange('dim', 'a multiple of 4 (two axes of pairs)', dim);
  checkInteger('length', length, 2, { most: 2 ** 15, unit: ' (positions)' });
  const entry = (name: string, title: string, note: string, source: EncodingSource): CatalogueEntry => ({
    name,
    title,
    note,
    source,
  });
  const target = 2 * length;
  return [
    entry(
      'learned',
      'Learned',
      'Random weights in place of trained ones: normal, deviation 0.02, as BERT and GPT-2 start.',
      {
        encoding: { type: 'learned', dim, rows: length },
        weights: untrainedWeights(length * dim),
      },
    ),
    entry('sinusoidal', 'Sinusoidal', 'Base 10 000, sine and cosine side by side. arXiv:1706.03762.', {
      encoding: { type: 'sinusoidal', dim },
    }),
    entry('binary', 'Binary', 'A bit of the position an element, lowest first.', {
      encoding: { type: 'binary', dim },
    }),
    entry('integer', 'Integer', 'The position in every element.', { encoding: { type: 'integer', dim } }),
    entry(
      'integer-normalised',
      'Integer, normalised',
      `The position over ${length - 1}, so that the trained ones are in 0..1.`,
      {
        encoding: { type: 'integer', dim, divisor: length - 1 },
      },
    ),
    entry('rope', 'RoPE', 'Theta 10 000. arXiv:2104.09864.', { rope: { headDim: dim } }),
    entry('rope-2d', 'RoPE: 2-D axial', 'Half of the pairs turn by the row, half by the column.', {
      rope: { headDim: dim, axes: axial(dim) },
    }),
    entry(
      'fope',
      'FoPE',
      'Random coefficients in place of trained ones: 1 for a pair’s own frequency, deviation 0.1 for the others. arXiv:2412.17739.',
      { rope: { headDim: dim }, fope: untrainedFope(dim, length) },
    ),
    entry('wavelet', 'Wavelets', 'Ricker wavelets of the distance, 4 widths. arXiv:2502.02004.', {
      wavelet: { dim, scales: 4 },
    }),
    ...extensionSchemes({ headDim: dim }, length, target)
      .filter((scheme) => scheme.name !== 'direct')
      .map((scheme) =>
        entry(`rope-${scheme.name}`, `RoPE: ${scheme.title}`, scheme.note, {
          rope: scheme.config,
          sequenceLength: target,
        }),
      ),
  ];
}

/** What a FoPE starts from. */
function untrainedFope(dim: number, length: number): FopeOptions {
  const { inverseFrequencies } = ropeFrequencies({ headDim: dim });
  const kept = Math.max(1, inverseFrequencies.filter((each) => each > (2 * Math.PI) / length).length);
  const drawn = untrainedWeights(2 * kept ** 2);
  const coefficients = (from: number): Float64Array =>
    Float64Array.from({ length: kept ** 2 }, (_, i) => 5 * drawn[from + i]! + (i % (kept + 1) === 0 ? 1 : 0));
  return { cosCoefficients: coefficients(0), sinCoefficients: coefficients(kept ** 2), kept, rest: 'ones' };
}

/** Normal numbers of deviation 0.02, the same ones each time: mulberry32 (32 bits of state) and Box and Muller. */
function untrainedWeights(count: number): Float32Array {
  let state = 1;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  // 1 - next() is never 0.
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return Float32Array.from({ length: count }, () => 0.02 * normal());
}
