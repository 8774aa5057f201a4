/** The benchmark's kernels over a layer's tensors, each in every shape of its workgroups that is tried. */
import copyWgsl from '../shaders/copy.wgsl?raw';
import normWgsl from '../shaders/norm.wgsl?raw';
import writeCacheWgsl from '../shaders/write-cache.wgsl?raw';
import type { QkvShape } from './cases';
import { type BoundKernel, gridOf } from './launch';
import type { QkvTensors } from './tensors';

/** A kernel that can be spread in several ways. */
export interface KernelShapes {
  readonly name: string;
  readonly shapes: readonly { readonly note: string; readonly kernel: BoundKernel }[];
}

/** Lanes of a workgroup and lanes of a head. Short teams suit software adapters, a chunk a lane GPUs. */
const normShapes = [
  [4, 1],
  [16, 1],
  [64, 1],
  [64, 8],
  [32, 32],
  [64, 32],
  [256, 32],
] as const;

/** Heads of all tokens. */
export interface NormedHeads {
  readonly heads: number;
  readonly headDim: number;
  readonly epsilon: number;
}

/** RMSNorm of each head of a tensor, in place. */
export function normShapesOf(
  device: GPUDevice,
  { heads, headDim, epsilon }: NormedHeads,
  buffers: readonly [tensor: GPUBuffer, weights: GPUBuffer],
): KernelShapes {
  const chunks = headDim / 4;
  return {
    name: 'norm',
    shapes: normShapes.map(([workgroup, team]) => {
      const grid = gridOf(device, Math.ceil((heads * team) / workgroup));
      const params = new Uint32Array([heads, grid[0], 0, 0]);
      new Float32Array(params.buffer)[2] = epsilon;
      const constants = { WORKGROUP: workgroup, TEAM: team, CHUNKS: chunks };
      return {
        note: `${workgroup} lanes, ${team} a head`,
        kernel: { code: normWgsl, entry: 'norm', constants, params, buffers, grid },
      };
    }),
  };
}

const writeShapes = [16, 64, 256].flatMap((workgroup) => [1, 4].map((parts) => [workgroup, parts] as const));

/** Rows of K or V to the rows of a cache that slots name. */
export function writeShapesOf(
  device: GPUDevice,
  { work, rows, capacity, model }: QkvShape,
  buffers: readonly [rows: GPUBuffer, cache: GPUBuffer, slots: GPUBuffer],
): KernelShapes {
  const rowChunks = (model.kHeads * model.headDim) / 4;
  return {
    name: 'write_cache',
    shapes: writeShapes.map(([workgroup, parts]) => {
      const grid = gridOf(device, rows * parts);
      const params = new Uint32Array([work.tokens, rows, rowChunks, capacity * rowChunks, grid[0]]);
      return {
        note: `${workgroup} lanes, ${parts} workgroups a row`,
        kernel: {
          code: writeCacheWgsl,
          entry: 'write_cache',
          constants: { WORKGROUP: workgroup, PARTS: parts },
          params,
          buffers,
          grid,
        },
      };
    }),
  };
}

const copyShapes = [64, 256].flatMap((workgroup) => [
  ...[1, 4, 16].map((chunks) => [workgroup, chunks, false] as const),
  ...[16, 40, 160, 640, 1280].map((chunks) => [workgroup, chunks, true] as const),
]);

/** Q in place, K and V to other buffers. */
export function copyShapesOf(
  device: GPUDevice,
  bytes: { readonly q: number; readonly k: number },
  { q, k, v, kCache, vCache }: Pick<QkvTensors, 'q' | 'k' | 'v' | 'kCache' | 'vCache'>,
): KernelShapes {
  const [qChunks, kChunks] = [bytes.q / 16, bytes.k / 16];
  const longest = Math.max(qChunks, kChunks);
  const fitting = copyShapes.filter(([, chunks]) => chunks === 1 || longest / chunks >= 16);
  return {
    name: 'copy',
    shapes: fitting.map(([workgroup, chunks, byFour]) => {
      const invocations = Math.ceil(longest / chunks);
      const grid = gridOf(device, Math.ceil(invocations / workgroup));
      const params = new Uint32Array([qChunks, kChunks, grid[0], invocations, 0, 0, 0, 0]);
      new Float32Array(params.buffer)[4] = 1;
      return {
        note: `${workgroup} x ${chunks}${byFour ? ' by four' : ''}`,
        kernel: {
          code: copyWgsl,
          entry: 'copy',
          constants: { WORKGROUP: workgroup, FOUR: byFour ? 1 : 0 },
          params,
          buffers: [q, k, v, kCache, vCache],
          grid,
        },
      };
    }),
  };
}
