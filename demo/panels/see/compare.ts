import { createSimilarity, positionRows, similarityMatrix } from 'webgpu-rope/analysis';
import { largestDifference } from '../../difference';
import { kernelRows } from './kernel-rows';
import { type Picture, shrunk } from './picture';
import { chosenOf, positionsOf } from './sources';
import { columnsOf, countOf, isGrid, type State } from './state';

/** Similarity of all pairs of positions, or cells. */
export interface Compared {
  /** Who compared. */
  readonly by: 'gpu' | 'cpu';
  /** Rows compared: all, or the first ones where the CPU would take too long. */
  readonly count: number;
  /** From the rows on the host to the matrix on the host. */
  readonly milliseconds: number;
  readonly picture: Picture;
  readonly steps: readonly Step[];
  /** The rows as the kernel has them; null where the CPU compared. */
  readonly kernel: KernelRows | null;
}

/** Similarity of all pairs that lie so far apart. */
export interface Step {
  readonly along: 'line' | 'row' | 'column';
  readonly distance: number;
  readonly mean: number;
  readonly least: number;
  readonly greatest: number;
}

export interface KernelRows {
  readonly rows: Float32Array;
  readonly picture: Picture;
  /** Largest difference of an element from float64. */
  readonly difference: number;
}

export interface CompareOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number) => void;
}

/** Multiplications that the CPU may take: some tenths of a second. */
const mostMultiplications = 2 ** 27;
const mostOnCpu = 1024;

/** Rows that the CPU compares: a multiple of 16, so that axes stay readable. */
export function cpuCount(count: number, dim: number): number {
  const limit = Math.min(mostOnCpu, 16 * Math.floor(Math.sqrt(mostMultiplications / dim) / 16));
  return Math.min(count, limit);
}

/** @param device Null: the CPU makes and compares the rows. */
export async function compareRows(
  state: State,
  device: GPUDevice | null,
  { signal, onProgress }: CompareOptions = {},
): Promise<Compared> {
  const { source } = chosenOf(state);
  const [all, dim] = [countOf(state), columnsOf(state)];
  const exact = positionRows(source, positionsOf(state));
  if (!device) {
    const count = cpuCount(all, dim);
    const rows = exact.subarray(0, count * dim);
    const begin = performance.now();
    const matrix = similarityMatrix(rows, count, dim);
    const milliseconds = performance.now() - begin;
    return { by: 'cpu', count, milliseconds, kernel: null, ...summaryOf(matrix, count, state) };
  }
  // No kernel makes wavelets.
  const isMade = !('wavelet' in source);
  const rows = isMade ? await kernelRows(device, state, source) : Float32Array.from(exact);
  signal?.throwIfAborted();
  const similarity = await createSimilarity(device, { label: 'see panel: similarity' });
  try {
    const begin = performance.now();
    const matrix = await similarity.run(rows, all, dim, {
      ...(signal ? { signal } : {}),
      ...(onProgress ? { onProgress } : {}),
    });
    const milliseconds = performance.now() - begin;
    const made = { rows, picture: shrunk(rows, dim, all), difference: largestDifference(rows, exact) };
    const kernel = isMade ? made : null;
    return { by: 'gpu', count: all, milliseconds, kernel, ...summaryOf(matrix, all, state) };
  } finally {
    similarity.destroy();
  }
}

function summaryOf(
  matrix: ArrayLike<number>,
  count: number,
  state: State,
): { picture: Picture; steps: readonly Step[] } {
  return { picture: shrunk(matrix, count, count), steps: stepsOf(matrix, count, state) };
}

/** By distances of 1, 2, 4 and so on. */
export function stepsOf(
  matrix: ArrayLike<number>,
  count: number,
  state: Pick<State, 'encoding' | 'side'>,
): Step[] {
  const { side } = state;
  const grid = isGrid(state);
  const steps: Step[] = [];
  for (let distance = 1; distance < (grid ? side : count); distance *= 2) {
    if (!grid) steps.push(stepOf(matrix, count, { along: 'line', distance, offset: distance }));
    else {
      // Cells without a neighbour so far on have one in the next line, which is no neighbour. Fewer than all rows of the
      // grid may have been compared.
      const isNeighbour = (cell: number): boolean => (cell % side) + distance < side;
      steps.push(stepOf(matrix, count, { along: 'row', distance, offset: distance, isNeighbour }));
      if (distance * side < count) {
        steps.push(stepOf(matrix, count, { along: 'column', distance, offset: distance * side }));
      }
    }
  }
  return steps;
}

/** Which pairs lie so far apart. */
interface Stride extends Pick<Step, 'along' | 'distance'> {
  /** Rows between the two. */
  readonly offset: number;
  /** Whether a row has a partner at the offset. Default: all that have a row there. */
  readonly isNeighbour?: (row: number) => boolean;
}

function stepOf(matrix: ArrayLike<number>, count: number, stride: Stride): Step {
  const { along, distance, offset, isNeighbour = () => true } = stride;
  let [sum, pairs] = [0, 0];
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (let row = 0; row + offset < count; row++) {
    if (!isNeighbour(row)) continue;
    const value = matrix[row * count + row + offset] ?? Number.NaN;
    sum += value;
    pairs++;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return { along, distance, mean: sum / pairs, least, greatest };
}
