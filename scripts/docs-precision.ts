// Writes the numbers of docs/precision.md: `npx tsx scripts/docs-precision.ts`. CPU alone: float32 arithmetic by Math.fround,
// without fused multiply-adds.

import { decode, encode, fromStorage, type RopeDtype, toStorage } from '../src/dtypes';
import { ropeFrequencies } from '../src/frequencies';
import { twoDigitTable } from '../src/tables/tables';
import { createRandom } from '../test/support/random';
import { markdownTable, shortError, withSection, writeWhenRun } from './docs-pages';

const headDim = 128;
const pairs = headDim / 2;
const capacity = 2 ** 20;
/** Positions looked at: this many, up to and with the one that a row names. */
const span = 256;
const positions = [255, 1023, 4095, 16_383, 65_535, 131_071, 262_143, 1_048_575];
const thetas = [10_000, 500_000, 1_000_000];

const { fround } = Math;

/** A cosine and a sine. */
type Angle = readonly [cos: number, sin: number];
/** Angle of a pair at a position. */
type AngleOf = (position: number, pair: number) => Angle;

interface Recipes {
  /** In float64: off by 1e-10 at most. */
  readonly truth: AngleOf;
  /** PyTorch's: frequency, phase, cosine and sine rounded to float32 each. What `phases: 'float32'` has in its table. */
  readonly float32: AngleOf;
  /** A full table: the truth, rounded once. */
  readonly full: AngleOf;
  /** Two rows and a complex product in float32, as the kernel multiplies them. */
  readonly twoDigit: AngleOf;
}

/** The ways to come by a cosine and a sine, for one theta. */
export function recipesOf(theta: number): Recipes {
  const frequencies = ropeFrequencies({ headDim, theta });
  const { inverseFrequencies: f } = frequencies;
  const { data, row, lowBits, highRows } = twoDigitTable(frequencies, capacity);
  const entry = (rowStart: number, pair: number): Angle => {
    const at = (rowStart + (pair >> 1)) * 4 + (pair & 1);
    return [data[at]!, data[at + 2]!];
  };
  const truth: AngleOf = (position, pair) => [Math.cos(position * f[pair]!), Math.sin(position * f[pair]!)];
  const rounded = ([cos, sin]: Angle): Angle => [fround(cos), fround(sin)];
  return {
    truth,
    full: (position, pair) => rounded(truth(position, pair)),
    float32: (position, pair) => {
      const phase = fround(position * fround(f[pair]!));
      return rounded([Math.cos(phase), Math.sin(phase)]);
    },
    twoDigit: (position, pair) => {
      const high = position >> lowBits;
      const [a, b] = entry(highRows + high * row, pair);
      const [c, d] = entry((position - (high << lowBits)) * row, pair);
      return [fround(fround(a * c) - fround(b * d)), fround(fround(b * c) + fround(a * d))];
    },
  };
}

/** Largest distance between two points of the unit circle over all pairs, for the positions of a row. */
export function worstAngle(of: AngleOf, truth: AngleOf, last: number): number {
  let worst = 0;
  for (let position = last - span + 1; position <= last; position++) {
    for (let pair = 0; pair < pairs; pair++) {
      const [cos, sin] = of(position, pair);
      const [c, s] = truth(position, pair);
      worst = Math.max(worst, Math.hypot(cos - c, sin - s));
    }
  }
  return worst;
}

function anglesTable(): string {
  const recipes = thetas.map(recipesOf);
  const rows = positions.map((last) => {
    const worst = (name: keyof Recipes) => recipes.map((each) => worstAngle(each[name], each.truth, last));
    return [
      last.toLocaleString('en').replaceAll(',', ' '),
      ...worst('float32').map(shortError),
      shortError(Math.max(...worst('full'))),
      shortError(Math.max(...worst('twoDigit'))),
    ];
  });
  const head = [
    'position',
    ...thetas.map((theta) => `float32 phases, theta ${theta}`),
    'full table',
    'two-digit table',
  ];
  return markdownTable(head, rows);
}

/** How a rotated pair is computed from elements that are stored as `dtype` already. */
type Stack = (x: number, y: number, position: number, pair: number) => Angle;

/** Stores a number and takes it back. */
const through = (dtype: RopeDtype) => (value: number) => decode(encode(value, dtype), dtype);

/** The package: float32 arithmetic, one rounding to storage. */
function kernel({ twoDigit }: Recipes, dtype: RopeDtype): Stack {
  const store = through(dtype);
  return (x, y, position, pair) => {
    const [cos, sin] = twoDigit(position, pair);
    return [
      store(fround(fround(x * cos) - fround(y * sin))),
      store(fround(fround(y * cos) + fround(x * sin))),
    ];
  };
}

/** transformers: float32 phases, cosines and sines cast to the dtype, every product and sum rounded to it. */
function transformers({ float32 }: Recipes, dtype: RopeDtype): Stack {
  const store = through(dtype);
  return (x, y, position, pair) => {
    const [cos, sin] = float32(position, pair).map(store) as [number, number];
    return [store(store(x * cos) + store(-y * sin)), store(store(y * cos) + store(x * sin))];
  };
}

/** The least there can be: the truth, rounded once to storage. */
function best({ truth }: Recipes, dtype: RopeDtype): Stack {
  const store = through(dtype);
  return (x, y, position, pair) => {
    const [cos, sin] = truth(position, pair);
    return [store(x * cos - y * sin), store(y * cos + x * sin)];
  };
}

/** Root mean square error of normal elements, for the positions of a row, theta 500 000. */
function stackError(
  make: (recipes: Recipes, dtype: RopeDtype) => Stack,
  dtype: RopeDtype,
  last: number,
): number {
  const recipes = recipesOf(500_000);
  const stack = make(recipes, dtype);
  const random = createRandom(11);
  const heads = fromStorage(
    toStorage(
      Float64Array.from({ length: span * headDim }, () => random.normal()),
      dtype,
    ),
    dtype,
  );
  let sum = 0;
  for (let token = 0; token < span; token++) {
    const position = last - span + 1 + token;
    for (let pair = 0; pair < pairs; pair++) {
      const x = heads[token * headDim + pair]!;
      const y = heads[token * headDim + pairs + pair]!;
      const [cos, sin] = recipes.truth(position, pair);
      const [a, b] = stack(x, y, position, pair);
      sum += (a - (x * cos - y * sin)) ** 2 + (b - (y * cos + x * sin)) ** 2;
    }
  }
  return Math.sqrt(sum / heads.length);
}

function storageTable(): string {
  const shown = [1023, 131_071, 1_048_575];
  const rows = (['f32', 'f16', 'bf16'] as const).flatMap((dtype) =>
    Object.entries({
      'truth, rounded once': best,
      'this package': kernel,
      'transformers in this dtype': transformers,
    }).map(([name, make], i) => [
      i === 0 ? dtype : '',
      name,
      ...shown.map((last) => shortError(stackError(make, dtype, last))),
    ]),
  );
  const head = ['dtype', 'how', ...shown.map((last) => last.toLocaleString('en').replaceAll(',', ' '))];
  return markdownTable(head, rows);
}

/** The page, as it has to be. */
export function precisionPage(page: string): string {
  return withSection(withSection(page, 'angles', anglesTable()), 'storage', storageTable());
}

void writeWhenRun(import.meta.url, 'precision.md', precisionPage);
