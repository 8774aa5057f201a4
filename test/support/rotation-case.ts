/** One rotation on the GPU from end to end, held against the reference: what most GPU tests are made of. */

import {
  createRope,
  type Pairing,
  type Rope,
  type RopeDtype,
  type RopeOptions,
  readTensor,
  ropeFrequencies,
  type StorageArray,
  uploadTensor,
} from 'webgpu-rope';
import { type ContractResult, expectContract } from './contract';
import type { Own } from './gpu';
import type { Random } from './random';
import { guardedTensor, type TensorPlace } from './tensors';

/** Where Q or K lies; what the two have in common is in {@link RotationCase}. */
export type Side = Pick<TensorPlace, 'heads' | 'layout' | 'offset' | 'capacity' | 'strides' | 'first'>;

/** A call of `encode`, with all that leads up to it. */
export interface RotationCase {
  readonly dtype: RopeDtype;
  readonly pairing: Pairing;
  readonly headDim: number;
  readonly rotaryDim?: number;
  readonly placement?: 'first' | 'last';
  readonly direction?: 'forward' | 'reversed';
  readonly theta?: number;
  readonly tokens: number;
  readonly start: number;
  readonly batch?: number;
  readonly q?: Side;
  readonly k?: Side;
  readonly options?: RopeOptions;
  /** Also NaN, infinities, zeros, subnormals and the largest values. */
  readonly special?: boolean;
}

/** Submits one compute pass. */
export function submitPass(device: GPUDevice, body: (pass: GPUComputePassEncoder) => void): void {
  const encoder = device.createCommandEncoder({ label: 'test' });
  const pass = encoder.beginComputePass({ label: 'test' });
  body(pass);
  pass.end();
  device.queue.submit([encoder.finish()]);
}

/** A rope for the case, owned by the scope. */
export async function createCaseRope(device: GPUDevice, own: Own, c: RotationCase): Promise<Rope> {
  const { headDim, rotaryDim, placement, direction, theta, pairing } = c;
  const config = { headDim, rotaryDim, placement, direction, theta, pairing };
  return own(await createRope(device, config, { dtypes: [c.dtype], ...c.options }));
}

/** What the reference takes for one side. */
export function rotationOf(c: RotationCase, side: Side) {
  const { inverseFrequencies } = ropeFrequencies({
    headDim: c.headDim,
    rotaryDim: c.rotaryDim,
    direction: c.direction,
    theta: c.theta,
  });
  return {
    dtype: c.dtype,
    pairing: c.pairing,
    headDim: c.headDim,
    rotaryDim: c.rotaryDim ?? c.headDim,
    placement: c.placement ?? 'first',
    tokens: c.tokens,
    batch: c.batch ?? 1,
    positions: c.start,
    inverseFrequencies,
    ...side,
  };
}

/** The tensor of a side as `bind` takes it. */
export function tensorOf(side: Side, buffer: GPUBuffer) {
  const { first: _first, ...rest } = side;
  return { buffer, ...rest };
}

/**
 * Rotates random Q and K in poisoned surroundings, and fails unless every element keeps the numerics contract.
 *
 * @returns the result for each tensor, and the bits after the call
 */
export async function expectRotation(
  device: GPUDevice,
  own: Own,
  random: Random,
  c: RotationCase,
): Promise<{ results: ContractResult[]; after: StorageArray[] }> {
  const rope = await createCaseRope(device, own, c);
  const sides = (['q', 'k'] as const).flatMap((name) => {
    const side = c[name];
    if (!side) return [];
    const place = { headDim: c.headDim, tokens: c.tokens, batch: c.batch ?? 1, ...side };
    const before = guardedTensor(c.dtype, place, random, { special: c.special ?? false });
    return [
      {
        name,
        side,
        before,
        buffer: own(uploadTensor(device, before, c.dtype, { as: 'bits', label: `test ${name}` })),
      },
    ];
  });
  const layer = rope.bind({
    ...Object.fromEntries(sides.map(({ name, side, buffer }) => [name, tensorOf(side, buffer)])),
    dtype: c.dtype,
  });
  submitPass(device, (pass) => {
    layer.encode(pass, {
      tokens: c.tokens,
      start: c.start,
      batch: c.batch ?? 1,
      qFirst: c.q?.first ?? 0,
      kFirst: c.k?.first ?? 0,
    });
  });
  const results: ContractResult[] = [];
  const afters: StorageArray[] = [];
  for (const { name, side, before, buffer } of sides) {
    const after = await readTensor(device, buffer, c.dtype);
    results.push(
      expectContract({ before, after, rotations: rotationOf(c, side) }, `${name} of ${JSON.stringify(c)}`),
    );
    afters.push(after);
  }
  return { results, after: afters };
}
