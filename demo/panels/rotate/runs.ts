import { type RopeConfig, readTensor, ropeFrequencies, uploadTensor } from 'webgpu-rope';
import { type AdditiveEncodingInput, encodingRows } from 'webgpu-rope/additive';
import { addRowsReference, applyRopeReference } from 'webgpu-rope/reference';
import { largestDifference } from '../../difference';
import { additiveFor, ropeFor } from './kernels';

/** One vector at positions that follow one another. */
export interface Run {
  readonly vector: Float32Array;
  /** Position of its first row. */
  readonly start: number;
  readonly count: number;
}

/** What became of the rows of all runs, one after the other. */
export interface Rows {
  readonly rows: Float32Array;
  /** Largest distance of an element from the float64 reference; null where the reference made them. */
  readonly difference: number | null;
}

/** Rotates all rows in one buffer: one bind, an encode a run, each from its own start. */
export async function rotateRuns(
  device: GPUDevice | null,
  config: RopeConfig,
  runs: readonly Run[],
): Promise<Rows> {
  const { headDim, pairing } = config;
  const expected = layOut(runs, headDim);
  const given = expected.slice();
  applyRopeReference(expected, {
    dtype: 'f32',
    heads: 1,
    headDim,
    pairing,
    tokens: expected.length / headDim,
    positions: positionsOf(runs),
    ...ropeFrequencies(config),
  });
  if (!device) return { rows: expected, difference: null };
  const rope = await ropeFor(device, config);
  const buffer = uploadTensor(device, given, 'f32', { label: 'rotate panel: rows' });
  const layer = rope.bind({ k: { buffer, heads: 1 }, dtype: 'f32' });
  const rows = await onDevice(device, buffer, (pass) => {
    let kFirst = 0;
    for (const { start, count } of runs) {
      layer.encode(pass, { tokens: count, start, kFirst });
      kFirst += count;
    }
  });
  return { rows, difference: largestDifference(rows, expected) };
}

/** Adds an encoding's rows to all rows, in the same way. */
export async function addToRuns(
  device: GPUDevice | null,
  encoding: AdditiveEncodingInput,
  runs: readonly Run[],
): Promise<Rows> {
  const { dim } = encoding;
  const expected = layOut(runs, dim);
  const given = expected.slice();
  const added = encodingRows(encoding, positionsOf(runs));
  addRowsReference(expected, {
    dtype: 'f32',
    dim,
    tokens: expected.length / dim,
    rows: (_, token) => added.subarray(token * dim, (token + 1) * dim),
  });
  if (!device) return { rows: expected, difference: null };
  const additive = await additiveFor(device, encoding);
  const buffer = uploadTensor(device, given, 'f32', { label: 'rotate panel: rows to add to' });
  const layer = additive.bind({ buffer, dtype: 'f32' });
  const rows = await onDevice(device, buffer, (pass) => {
    let first = 0;
    for (const { start, count } of runs) {
      layer.encode(pass, { tokens: count, start, first });
      first += count;
    }
  });
  return { rows, difference: largestDifference(rows, expected) };
}

/** Runs one pass, reads the buffer back as f32 and ends it. */
export async function onDevice(
  device: GPUDevice,
  buffer: GPUBuffer,
  encode: (pass: GPUComputePassEncoder) => void,
): Promise<Float32Array> {
  try {
    const encoder = device.createCommandEncoder({ label: 'rotate panel' });
    const pass = encoder.beginComputePass({ label: 'rotate panel' });
    encode(pass);
    pass.end();
    device.queue.submit([encoder.finish()]);
    return (await readTensor(device, buffer, 'f32')) as Float32Array;
  } finally {
    buffer.destroy();
  }
}

function layOut(runs: readonly Run[], dim: number): Float32Array {
  const rows = new Float32Array(runs.reduce((sum, { count }) => sum + count, 0) * dim);
  let at = 0;
  for (const { vector, count } of runs) {
    for (let row = 0; row < count; row++, at += dim) rows.set(vector, at);
  }
  return rows;
}

function positionsOf(runs: readonly Run[]): number[] {
  return runs.flatMap(({ start, count }) => Array.from({ length: count }, (_, i) => start + i));
}
