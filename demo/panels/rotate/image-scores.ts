import {
  axial,
  imageGridPositions,
  type RopeConfig,
  readTensor,
  ropeConfig,
  ropeFrequencies,
  uploadTensor,
} from 'webgpu-rope';
import { applyRopeReference } from 'webgpu-rope/reference';
import { largestDifference } from '../../difference';
import { ropeFor } from './kernels';
import { type State, thetaOf } from './state';
import { evenVector, rowAt, score } from './vectors';

/** Scores of one cell with all cells, whose contents are the same. */
export interface Map2d {
  /** Row by row. */
  readonly scores: Float32Array;
  /**
   * How much the score of two cells depends on where they are rather than on how they lie to one another: the largest
   * difference between scores of cells as many rows and columns apart, with the query here, in the corners and in the middle.
   */
  readonly spread: number;
}

export interface ImageScores {
  /** Axial RoPE: a position is a row and a column. */
  readonly axial: Map2d;
  /** RoPE over the cells row by row, where asked for. */
  readonly line: Map2d | null;
  /** Elements rotated, in all. */
  readonly elements: number;
  /** Largest difference of one of them from the CPU reference; null where the reference made them. */
  readonly difference: number | null;
}

type Grid = Pick<State, 'width' | 'height' | 'row' | 'column'>;

/** Rotates equal queries and keys to all cells, and multiplies the query's with every key. */
export async function imageScores(state: State, device: GPUDevice | null): Promise<ImageScores> {
  const { dim, pairing, width, height } = state;
  const common = { headDim: dim, theta: thetaOf(state), pairing };
  const content = pairing === 'half' ? evenVector(dim, 1, dim / 2) : evenVector(dim, 2, 1);
  const cells = width * height;
  const given = Float32Array.from({ length: cells * dim }, (_, i) => content[i % dim] ?? 0);
  const axialRows = await rotateCells(device, ropeConfig({ ...common, axes: axial(dim) }), given, state);
  const lineRows = state.line ? await rotateCells(device, ropeConfig(common), given, state) : null;
  const all = lineRows ? [axialRows, lineRows] : [axialRows];
  const differences = all.map(({ difference }) => difference).filter((each) => each !== null);
  return {
    axial: mapOf(axialRows, dim, state),
    line: lineRows && mapOf(lineRows, dim, state),
    elements: all.length * 2 * given.length,
    difference: device ? Math.max(...differences) : null,
  };
}

/** Queries and keys of all cells, rotated. */
interface Cells {
  readonly q: Float32Array;
  readonly k: Float32Array;
  readonly difference: number | null;
}

/** With two axes the positions are the cells of a grid, with one the cells' numbers, row by row. */
async function rotateCells(
  device: GPUDevice | null,
  config: RopeConfig,
  given: Float32Array,
  { width, height }: Grid,
): Promise<Cells> {
  const { headDim, pairing, axes } = config;
  const tokens = width * height;
  const expected = given.slice();
  const { positions } = imageGridPositions({ width, height });
  applyRopeReference(expected, {
    dtype: 'f32',
    heads: 1,
    headDim,
    pairing,
    tokens,
    positions: axes ? [positions.subarray(0, tokens), positions.subarray(tokens)] : 0,
    pairAxis: axes?.pairAxis,
    ...ropeFrequencies(config),
  });
  if (!device) return { q: expected, k: expected, difference: null };
  const rope = await ropeFor(device, config, axes ? 'axial rope' : 'line rope');
  const buffers = ['Q', 'K'].map((name) =>
    uploadTensor(device, given, 'f32', { label: `rotate panel: ${name}` }),
  );
  const [qBuffer, kBuffer] = buffers as [GPUBuffer, GPUBuffer];
  try {
    const layer = rope.bind({
      q: { buffer: qBuffer, heads: 1 },
      k: { buffer: kBuffer, heads: 1 },
      dtype: 'f32',
    });
    const encoder = device.createCommandEncoder({ label: 'rotate panel: cells' });
    const pass = encoder.beginComputePass({ label: 'rotate panel: cells' });
    layer.encode(pass, { tokens, ...(axes ? { positions: { type: 'grid', width, height } } : { start: 0 }) });
    pass.end();
    device.queue.submit([encoder.finish()]);
    const [q, k] = (await Promise.all(buffers.map((buffer) => readTensor(device, buffer, 'f32')))) as [
      Float32Array,
      Float32Array,
    ];
    return { q, k, difference: Math.max(largestDifference(q, expected), largestDifference(k, expected)) };
  } finally {
    for (const buffer of buffers) buffer.destroy();
  }
}

function mapOf({ q, k }: Cells, dim: number, grid: Grid): Map2d {
  const { width, height, row, column } = grid;
  const from = (cell: number): Float32Array => {
    const query = rowAt(q, cell, dim);
    return Float32Array.from({ length: width * height }, (_, other) => score(query, rowAt(k, other, dim)));
  };
  // By rows and columns from the query to the key.
  const acrossOffsets = 2 * width - 1;
  const low = new Float64Array(acrossOffsets * (2 * height - 1)).fill(Number.POSITIVE_INFINITY);
  const high = low.map((value) => -value);
  const places: readonly (readonly [row: number, column: number])[] = [
    [0, 0],
    [0, width - 1],
    [height - 1, 0],
    [height - 1, width - 1],
    [Math.floor(height / 2), Math.floor(width / 2)],
    [row, column],
  ];
  for (const [r, c] of places) {
    from(r * width + c).forEach((value, cell) => {
      const down = Math.floor(cell / width) - r + height - 1;
      const at = down * acrossOffsets + (cell % width) - c + width - 1;
      low[at] = Math.min(low[at] ?? 0, value);
      high[at] = Math.max(high[at] ?? 0, value);
    });
  }
  // Offsets that no place has stay at -Infinity.
  const spread = high.reduce((largest, value, at) => Math.max(largest, value - (low[at] ?? 0)), 0);
  return { scores: from(row * width + column), spread };
}
