/** What the pages' code talks about: an engine's device, buffers and caches. Nothing is computed; every call is accepted. */
import { createQkv, createRope, type RopeConfigInput } from 'webgpu-rope';
import { exported } from './exported';

/** Types of the names that pages use without declaring them. */
export const ambient = `
import type { QkvLayer, Rope, RopeConfigInput, RopeEncodeOptions, RopeLayer, RopeState } from 'webgpu-rope';
declare global {
  const device: GPUDevice;
  const encoder: GPUCommandEncoder;
  const pass: GPUComputePassEncoder;
  const config: RopeConfigInput;
  const configJson: unknown;
  const rope: Rope;
  const state: RopeState;
  const layer: RopeLayer;
  const qkvLayer: QkvLayer;
  const q: GPUBuffer, k: GPUBuffer, qkv: GPUBuffer, qPe: GPUBuffer, kPe: GPUBuffer, dQ: GPUBuffer, dK: GPUBuffer;
  const v: GPUBuffer, vCache: GPUBuffer, vCaches: GPUBuffer[], slots: GPUBuffer, step: GPUBuffer;
  const qNorm: Float32Array, kNorm: Float32Array;
  const kCache: GPUBuffer, kCaches: GPUBuffer[], buffer: GPUBuffer, idBuffer: GPUBuffer;
  const indptr: GPUBuffer, offsets: GPUBuffer;
  const x: GPUBuffer, scores: GPUBuffer, weights: Float32Array, rows: Float32Array;
  const cosCache: Float32Array, sinCache: Float32Array, cosSinCache: Float32Array;
  const headDim: number, rotaryDim: number, sequences: number, factor: number, scale: number;
  const divisors: number[], inverseFrequencies: number[], attentionFactor: number;
  const height: number, width: number, section: number[];
  const lowFreqFactor: number, highFreqFactor: number, originalPositions: number;
  const ids: Int32Array, mask: Int32Array;
  const dinov3Config: unknown, glmQueryWeight: Uint16Array;
  const metaWq: Uint16Array, metaWk: Uint16Array, bias: Uint16Array;
  /** Properties that tables show. */
  type Properties = Partial<RopeConfigInput & RopeEncodeOptions>;
}
`;

const usages = {
  GPUBufferUsage: { MAP_READ: 1, COPY_SRC: 4, COPY_DST: 8, UNIFORM: 64, STORAGE: 128 },
  GPUShaderStage: { COMPUTE: 4 },
  GPUMapMode: { READ: 1 },
};

/** A device that takes every call, counts dispatches, and keeps what buffers and layouts it was asked for. */
export class StandInDevice {
  dispatches = 0;
  /** Pipelines that were compiled while the caller waited, and those that an encode compiled. */
  readonly compiled = { ahead: 0, atEncode: 0 };
  readonly buffers: { label: string; size: number }[] = [];
  /** Storage buffers that each pipeline binds. */
  readonly storageBuffers: number[] = [];
  readonly lost = new Promise<never>(() => {});
  readonly features = new Set<string>();
  readonly limits = {
    maxStorageBuffersPerShaderStage: 8,
    maxStorageBufferBindingSize: 2 ** 27,
    maxUniformBufferBindingSize: 65_536,
    minStorageBufferOffsetAlignment: 256,
    minUniformBufferOffsetAlignment: 256,
    maxBufferSize: 2 ** 28,
    maxComputeWorkgroupsPerDimension: 65_535,
    maxComputeInvocationsPerWorkgroup: 256,
    maxComputeWorkgroupSizeX: 256,
  };
  readonly queue = { writeBuffer: () => {}, submit: () => {} };
  readonly pass = {
    setPipeline: () => {},
    setBindGroup: () => {},
    end: () => {},
    dispatchWorkgroups: () => {
      this.dispatches++;
    },
  };

  createBuffer({ label = '', size, usage }: GPUBufferDescriptor) {
    this.buffers.push({ label, size });
    // Only what is read back or filled needs bytes; caches of gigabytes do not.
    const getMappedRange = () => new ArrayBuffer(size);
    return { size, usage, getMappedRange, mapAsync: async () => {}, unmap: () => {}, destroy: () => {} };
  }

  pushErrorScope() {}

  async popErrorScope() {
    return null;
  }

  createCommandEncoder() {
    return { beginComputePass: () => this.pass, copyBufferToBuffer: () => {}, finish: () => ({}) };
  }

  async createComputePipelineAsync() {
    this.compiled.ahead++;
    return {};
  }

  createComputePipeline() {
    this.compiled.atEncode++;
    return {};
  }

  createPipelineLayout({ bindGroupLayouts }: { bindGroupLayouts: { entries: GPUBindGroupLayoutEntry[] }[] }) {
    const entries = bindGroupLayouts.flatMap((layout) => layout.entries);
    this.storageBuffers.push(entries.filter(({ buffer }) => buffer?.type?.endsWith('storage')).length);
    return {};
  }

  createBindGroupLayout = (descriptor: GPUBindGroupLayoutDescriptor) => descriptor;
  createBindGroup = () => ({});
  createShaderModule = () => ({});
}

/** Values for {@link ambient}, the package's exports, and what WebGPU defines. Anew for every snippet. */
export async function scope(): Promise<{ device: StandInDevice; names: Record<string, unknown> }> {
  // Pages may use them; the package does not.
  Object.assign(globalThis, usages);
  const device = new StandInDevice();
  const gpu = device as unknown as GPUDevice;
  const { STORAGE, COPY_SRC, COPY_DST } = usages.GPUBufferUsage;
  const usage = STORAGE | COPY_SRC | COPY_DST;
  const buffer = () => device.createBuffer({ size: 2 ** 27, usage }) as unknown as GPUBuffer;
  const config: RopeConfigInput = {
    headDim: 128,
    scaling: { type: 'dynamic', factor: 2, originalPositions: 4096 },
  };
  const rope = await createRope(gpu, config);
  const k = buffer();
  const cache = { buffer: buffer(), capacity: 8192 };
  const names = {
    ...Object.assign({}, ...Object.values(exported)),
    requestRopeDevice: async () => gpu,
    device,
    encoder: device.createCommandEncoder(),
    pass: device.pass,
    config,
    configJson: {
      model_type: 'llama',
      num_hidden_layers: 3,
      hidden_size: 4096,
      num_attention_heads: 32,
      max_position_embeddings: 8192,
      rope_theta: 500_000,
    },
    rope,
    layer: rope.bind({ k: { buffer: k, heads: 8 }, dtype: 'f16' }),
    qkvLayer: createQkv(rope).bind({ k: { buffer: k, heads: 8, cache }, dtype: 'f16' }),
    q: buffer(),
    k,
    qkv: buffer(),
    qPe: buffer(),
    kPe: buffer(),
    dQ: buffer(),
    dK: buffer(),
    kCache: buffer(),
    kCaches: [buffer(), buffer(), buffer()],
    v: buffer(),
    vCache: buffer(),
    vCaches: [buffer(), buffer(), buffer()],
    slots: buffer(),
    step: buffer(),
    qNorm: new Float32Array(128).fill(1),
    kNorm: new Float32Array(128).fill(1),
    buffer: buffer(),
    idBuffer: buffer(),
    indptr: buffer(),
    offsets: buffer(),
    x: buffer(),
    scores: buffer(),
    weights: new Float32Array(514 * 768),
    rows: new Float32Array(512 * 64).fill(1),
    cosCache: new Float32Array(64 * 64),
    sinCache: new Float32Array(64 * 64),
    cosSinCache: new Float32Array(64 * 128),
    headDim: 128,
    rotaryDim: 128,
    sequences: 3,
    factor: 4,
    scale: 0.25,
    divisors: [1, 8],
    height: 14,
    width: 14,
    section: [16, 24, 24],
    lowFreqFactor: 1,
    highFreqFactor: 4,
    originalPositions: 8192,
    // Two sequences: an image and a video of docs/positions.md, and text.
    ids: Int32Array.from([...Array(294).fill(151655), ...Array(256).fill(151656), ...Array(38).fill(0)]),
    mask: new Int32Array(588).fill(1),
    dinov3Config: { model_type: 'dinov3_vit', hidden_size: 384, num_attention_heads: 6, rope_theta: 100 },
    glmQueryWeight: new Uint16Array(32 * 128 * 4096),
    metaWq: new Uint16Array(32 * 128 * 4096),
    metaWk: new Uint16Array(8 * 128 * 4096),
    bias: new Uint16Array(8 * 128),
  };
  return { device, names };
}
