import { checkArrayLike, checkChoice, checkKeys, checkNumber, wrongType } from '../errors';

/** RMSNorm of a head, or of all heads of a token: `x * weight / sqrt(mean(x^2) + epsilon)`. */
export interface ReferenceNorm {
  /** Added to the mean of the squares. Positive. */
  readonly epsilon: number;
  /** `head` (default): each head by its own mean, `headDim` weights. `heads`: all of a token by one, `heads * headDim`. */
  readonly over?: 'head' | 'heads';
  /** Default: 1 each. */
  readonly weight?: ArrayLike<number>;
  /** Whether the factor is `1 + weight`. Default false. */
  readonly onePlusWeight?: boolean;
}

/** Norms the heads of a token, `heads * headDim` numbers, in place. */
export type Norm = (heads: Float64Array) => void;

const normKeys = ['epsilon', 'over', 'weight', 'onePlusWeight'] as const satisfies (keyof ReferenceNorm)[];

/** Checks a norm. It sums the squares in order, in float64. */
export function checkNorm(name: string, norm: ReferenceNorm, heads: number, headDim: number): Norm {
  checkKeys(name, norm, normKeys);
  const { weight, onePlusWeight = false } = norm;
  const epsilon = checkNumber(`${name}.epsilon`, norm.epsilon, 'a positive number', (value) => value > 0);
  const over = checkChoice(`${name}.over`, norm.over ?? 'head', ['head', 'heads']);
  if (typeof onePlusWeight !== 'boolean')
    throw wrongType(`${name}.onePlusWeight`, 'true or false', onePlusWeight);
  const width = over === 'head' ? headDim : heads * headDim;
  const factors = new Float64Array(width).fill(1);
  if (weight !== undefined) {
    checkArrayLike(`${name}.weight`, weight, 'an array of numbers');
    if (weight.length !== width)
      throw new RangeError(`${name}.weight: expected ${width} numbers, got ${weight.length}`);
    for (let i = 0; i < width; i++) {
      const value = weight[i] as unknown;
      if (typeof value !== 'number') throw wrongType(`${name}.weight[${i}]`, 'a number', value);
      factors[i] = onePlusWeight ? 1 + value : value;
    }
  }
  return (values) => {
    for (let begin = 0; begin < values.length; begin += width) {
      let squares = 0;
      for (let i = 0; i < width; i++) squares += values[begin + i]! ** 2;
      const root = Math.sqrt(squares / width + epsilon);
      for (let i = 0; i < width; i++) values[begin + i] = (values[begin + i]! / root) * factors[i]!;
    }
  };
}
