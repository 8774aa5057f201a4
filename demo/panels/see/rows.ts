import { crossSimilarity, positionRows } from 'webgpu-rope/analysis';
import { alibiSlopes, biasRows, t5Buckets } from 'webgpu-rope/bias';
import { type Picture, shrunk } from './picture';
import { biasOf, chosenOf, positionsOf } from './sources';
import { columnsOf, countOf, dimsOf, isBias, isGrid, type State } from './state';

/** What an encoding makes of positions, on the CPU in float64, ready to draw. */
export interface Rows {
  /** `[count, columns]`, flat: a row a position (bias: a key), a column a dimension (bias: a head). */
  readonly rows: Float32Array;
  readonly count: number;
  readonly columns: number;
  readonly picture: Picture;
  /** What had to be chosen. */
  readonly note: string;
  /** Similarity of the chosen cell with every cell, row by row; null where there is no grid. */
  readonly cell: Float32Array | null;
  /** Null where the encoding has rows. */
  readonly bias: Bias | null;
}

export interface Bias {
  readonly head: number;
  /** The query whose biases `rows` has. */
  readonly query: number;
  /** Of the head: a row a query, a column a key. */
  readonly picture: Picture;
  /** Between the queries, and between the keys, that the picture has. */
  readonly step: number;
  /** What the bias is made of. */
  readonly table: { readonly head: readonly string[]; readonly rows: readonly (readonly number[])[] };
}

/** Queries and keys in a picture of a bias, at most. */
const mostKeys = 256;

export function makeRows(state: State): Rows {
  if (isBias(state)) return makeBias(state);
  const { source, note } = chosenOf(state);
  const [count, columns] = [countOf(state), columnsOf(state)];
  const exact = positionRows(source, positionsOf(state));
  return {
    rows: Float32Array.from(exact),
    count,
    columns,
    picture: shrunk(exact, columns, count),
    note,
    cell: isGrid(state) ? cellSimilarity(exact, columns, state) : null,
    bias: null,
  };
}

function cellSimilarity(rows: Float64Array, dim: number, { side, row, column }: State): Float32Array {
  const cell = row * side + column;
  return Float32Array.from(crossSimilarity(rows.subarray(cell * dim, (cell + 1) * dim), rows, dim));
}

function makeBias(state: State): Rows {
  const { bias, weights, note } = biasOf(state);
  const { length: count, heads } = state;
  const query = Math.floor(count / 2);
  const keys = Float64Array.from({ length: count }, (_, key) => key);
  const byHead = biasRows(bias, [query], keys, weights);
  const rows = Float32Array.from(
    { length: count * heads },
    (_, at) => byHead[(at % heads) * count + Math.floor(at / heads)] ?? Number.NaN,
  );
  const head = dimsOf(state)[state.curve] ?? 0;
  const step = Math.ceil(count / mostKeys);
  const some = keys.filter((key) => key % step === 0);
  const all = biasRows(bias, some, some, weights);
  const size = some.length;
  return {
    rows,
    count,
    columns: heads,
    picture: shrunk(rows, heads, count),
    note,
    cell: null,
    bias: {
      head,
      query,
      picture: shrunk(all.subarray(head * size * size, (head + 1) * size * size), size, size),
      step,
      table: weights ? bucketTable(state, weights, head) : slopeTable(heads),
    },
  };
}

function slopeTable(heads: number): Bias['table'] {
  return {
    head: ['Head', 'Slope', 'Positions until −1', 'Bias 64 apart'],
    rows: Array.from(alibiSlopes(heads), (slope, head) => [head, slope, 1 / slope, -64 * slope]),
  };
}

/** The relative positions of every bucket, from the furthest key before the query to the furthest after it. */
function bucketTable(state: State, weights: Float64Array, head: number): Bias['table'] {
  const { buckets, distance, bidirectional, heads } = state;
  const { byDistance, ahead } = t5Buckets({ buckets, maxDistance: distance, bidirectional });
  const bucketOf = (relative: number): number =>
    (byDistance[Math.min(Math.abs(relative), byDistance.length - 1)] ?? Number.NaN) +
    (relative > 0 ? ahead : 0);
  const ends = new Map<number, [first: number, last: number]>();
  // One past the distance: what the last bucket begins with has been passed by then.
  for (let relative = -distance; relative <= (bidirectional ? distance : 0); relative++) {
    const bucket = bucketOf(relative);
    const [first] = ends.get(bucket) ?? [relative];
    ends.set(bucket, [first, relative]);
  }
  return {
    head: ['Bucket', 'From (key − query)', 'To', `Bias of head ${head}`],
    rows: [...ends].map(([bucket, [first, last]]) => [
      bucket,
      first === -distance ? Number.NEGATIVE_INFINITY : first,
      last === distance
        ? Number.POSITIVE_INFINITY
        : !bidirectional && last === 0
          ? Number.POSITIVE_INFINITY
          : last,
      weights[bucket * heads + head] ?? Number.NaN,
    ]),
  };
}
