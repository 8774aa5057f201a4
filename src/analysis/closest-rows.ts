/** The two rows of a set that are nearest to each other. */
export interface ClosestRows {
  /** Euclidean distance; 0 where rows repeat. */
  readonly distance: number;
  /** Index of the one, the smaller. */
  readonly first: number;
  /** Index of the other. */
  readonly second: number;
  /** How many rows equal one before them. */
  readonly repeated: number;
}

/** Two distances that differ by less, relative to themselves, are the same: far above the rounding of a sum of squares. */
const same = 1e-12;

/**
 * The smallest distance between any two rows, exactly (to 1e-12 of itself), and how many rows repeat.
 *
 * Repeats are found by hashing, in O(count · dim); with one of them the distance is 0 and nothing is left to search.
 * Else the rows are sorted along the direction they spread most in. Rows further apart along it than the best distance
 * so far are never compared; the others are compared element by element, those that vary most first, until the sum
 * passes the best. The worst case, random rows, stays O(count² · dim); rows on a smooth curve take a small part of it.
 *
 * @param rows `[count, dim]`, flat, without NaN; two infinities of one sign are no distance apart. Only read.
 * @param count At least 2.
 */
export function closestRows(rows: Float64Array, count: number, dim: number): ClosestRows {
  const repeats = findRepeats(rows, count, dim);
  if (repeats !== undefined) return { distance: 0, ...repeats };
  const { sorted, along, order } = sortRows(rows, count, dim);
  const given: RowSet = { values: rows, dim };
  // Neighbours come first: in most encodings they are nearest, and a good start is what makes the search short. Among
  // equals the first pair stays, so that a rounding does not choose which one is reported.
  let best = { square: Number.POSITIVE_INFINITY, first: 0, second: 1 };
  for (let i = 0; i + 1 < count; i++) {
    const square = squaredDistance(given, i, i + 1, best.square);
    if (square < best.square * (1 - same)) best = { square, first: i, second: i + 1 };
  }
  let reach = Math.sqrt(best.square) + along.slack;
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count && along.values[j]! - along.values[i]! <= reach; j++) {
      const square = squaredDistance(sorted, i, j, best.square);
      if (square < best.square * (1 - same)) {
        const [a, b] = [order[i]!, order[j]!];
        best = { square, first: Math.min(a, b), second: Math.max(a, b) };
        reach = Math.sqrt(square) + along.slack;
      }
    }
  }
  return { distance: Math.sqrt(best.square), first: best.first, second: best.second, repeated: 0 };
}

/** Rows of `dim` numbers, one after the other. */
interface RowSet {
  readonly values: Float64Array;
  readonly dim: number;
}

/** The squared distance of rows `one` and `other`, or any number of at least `limit` where it is not below that. */
function squaredDistance({ values, dim }: RowSet, one: number, other: number, limit: number): number {
  const [a, b] = [one * dim, other * dim];
  let sum = 0;
  let i = 0;
  // Eight elements between two looks at the limit: a look costs about as much as an element.
  while (i < dim && !(sum >= limit)) {
    for (const stop = Math.min(i + 8, dim); i < stop; i++) {
      const difference = values[a + i]! - values[b + i]!;
      sum += difference * difference;
    }
  }
  // Two infinities leave a NaN; equal ones are no distance.
  return Number.isNaN(sum) ? infiniteSquares(values, a, b, dim) : sum;
}

function infiniteSquares(rows: Float64Array, a: number, b: number, dim: number): number {
  let sum = 0;
  for (let i = 0; i < dim; i++) {
    const [x, y] = [rows[a + i]!, rows[b + i]!];
    if (x !== y) sum += (x - y) ** 2;
  }
  return sum;
}

/** How many rows equal an earlier one, and the first two of them; undefined where all differ. */
function findRepeats(
  rows: Float64Array,
  count: number,
  dim: number,
): Omit<ClosestRows, 'distance'> | undefined {
  const values = rows.map((value) => value + 0); // -0 becomes 0, which it equals
  const words = new Uint32Array(values.buffer);
  const seen = new Map<number, number[]>();
  let pair: { first: number; second: number } | undefined;
  let repeated = 0;
  for (let row = 0; row < count; row++) {
    let hash = 0x811c9dc5; // FNV-1a, by words
    for (let i = row * dim * 2; i < (row + 1) * dim * 2; i++) {
      hash = Math.imul(hash ^ words[i]!, 0x01000193);
      hash ^= hash >>> 15;
    }
    const bucket = seen.get(hash);
    const earlier = bucket?.find((other) => equalRows(values, other * dim, row * dim, dim));
    if (earlier !== undefined) {
      repeated++;
      pair ??= { first: earlier, second: row };
    } else if (bucket) bucket.push(row);
    else seen.set(hash, [row]);
  }
  return pair && { ...pair, repeated };
}

function equalRows(rows: Float64Array, a: number, b: number, dim: number): boolean {
  for (let i = 0; i < dim; i++) if (rows[a + i] !== rows[b + i]) return false;
  return true;
}

interface SortedRows {
  /** The rows in the order of their places along the direction, elements that vary most first. */
  readonly sorted: RowSet;
  /** Place of each along the direction, ascending, and by how much rounding may have moved two of them apart. */
  readonly along: { readonly values: Float64Array; readonly slack: number };
  /** Index of each among the rows given. */
  readonly order: Uint32Array;
}

function sortRows(rows: Float64Array, count: number, dim: number): SortedRows {
  const means = new Float64Array(dim);
  for (let i = 0; i < rows.length; i++) means[i % dim]! += rows[i]! / count;
  const variances = new Float64Array(dim);
  for (let i = 0; i < rows.length; i++) variances[i % dim]! += (rows[i]! - means[i % dim]!) ** 2;
  const columns = Uint32Array.from({ length: dim }, (_, i) => i).sort(
    (a, b) => variances[b]! - variances[a]!,
  );
  const direction = widestDirection(rows, means, dim);
  const places = new Float64Array(count);
  let largest = 0;
  for (let row = 0; row < count; row++) {
    let [sum, size] = [0, 0];
    for (let i = 0; i < dim; i++) {
      const term = (rows[row * dim + i]! - means[i]!) * direction[i]!;
      sum += term;
      size += Math.abs(term);
    }
    places[row] = sum;
    largest = Math.max(largest, size);
  }
  // An infinite element has no place: without places, all pairs are compared.
  if (!Number.isFinite(largest)) places.fill(0);
  const order = Uint32Array.from({ length: count }, (_, i) => i).sort((a, b) => places[a]! - places[b]!);
  const sorted = new Float64Array(rows.length);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < dim; j++) sorted[i * dim + j] = rows[order[i]! * dim + columns[j]!]!;
  }
  // A sum of dim terms is off by at most dim · 2^-53 of their size, and so is the length of the direction; twice over.
  const slack = Number.isFinite(largest) ? 8 * (dim + 4) * 2 ** -53 * largest : 0;
  return {
    sorted: { values: sorted, dim },
    along: { values: Float64Array.from(order, (row) => places[row]!), slack },
    order,
  };
}

/**
 * A unit vector along which the rows spread most, nearly. Any unit vector bounds distances from below, so a few steps of
 * power iteration do.
 */
function widestDirection(rows: Float64Array, means: Float64Array, dim: number): Float64Array {
  // Not all ones, which could lie across the direction looked for.
  let direction = Float64Array.from({ length: dim }, (_, i) => 1 + ((i * 0.618_034) % 1));
  for (let step = 0; step < 6; step++) {
    const next = new Float64Array(dim);
    for (let start = 0; start < rows.length; start += dim) {
      let dot = 0;
      for (let i = 0; i < dim; i++) dot += (rows[start + i]! - means[i]!) * direction[i]!;
      for (let i = 0; i < dim; i++) next[i]! += dot * (rows[start + i]! - means[i]!);
    }
    // Divided by the largest first, so that no square overflows.
    const largest = next.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    if (!(largest > 0 && largest < Number.POSITIVE_INFINITY)) break;
    const scaled = next.map((value) => value / largest);
    const length = Math.sqrt(scaled.reduce((sum, value) => sum + value * value, 0));
    direction = scaled.map((value) => value / length);
  }
  const length = Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0));
  return direction.map((value) => value / length);
}
