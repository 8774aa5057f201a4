import type { RopeDtype } from '../dtypes';
import { wrongType } from '../errors';
import { checkLiveDevice, checkNotLost, type Loss, lossOf } from './loss';
import { type F16Conversion, type F16Probe, probeF16 } from './native-f16';
import { type NativeText, nativeTexts } from './native-text';
import { remembered } from './remembered';
import { shaderStageCompute } from './usage';

/** What parameter slots are a multiple of: the largest `minUniformBufferOffsetAlignment` an implementation may have, in bytes. */
export const parameterAlignment = 256;

const read = 'read-only-storage';

/** What a binding takes; null for none. */
export type BufferType = GPUBufferBindingType | null;

/** Everything that a pipeline depends on. */
export interface PipelineDescription {
  /** Says all of it: pipelines of one name are one pipeline. Label of the pipeline. */
  readonly name: string;
  /** Linked WGSL. */
  readonly code: string;
  readonly entryPoint: string;
  readonly layouts: GPUBindGroupLayout[];
  readonly constants: Record<string, number>;
}

/** A pipeline that compiles, or has. */
interface Compiled {
  pipeline?: GPUComputePipeline;
  waiting?: Promise<GPUComputePipeline>;
}

/** What all kernels of a device share: its limits, bind group layouts, the pipelines compiled so far. */
export class KernelDevice {
  /** Bytes that one storage binding may span. The one number that sizes are held against, and that bindings are cut by. */
  readonly span: number;
  /** Bytes of a buffer of ours that is bound whole. */
  readonly room: number;
  /** Workgroups that one dimension of a dispatch may have. */
  readonly maxWorkgroups: number;
  /** Group 2: what positions come from (shaders/bindings/positions.wgsl). */
  readonly positionLayout: GPUBindGroupLayout;
  /** How f16 is converted on this device. */
  readonly f16: F16Conversion;
  readonly #loss: Loss;
  readonly #layouts = new Map<string, GPUBindGroupLayout>();
  readonly #modules = new Map<string, GPUShaderModule>();
  readonly #pipelines = new Map<string, Compiled>();

  /** @param nativeText Undefined where f16 is converted by integers. */
  constructor(
    readonly device: GPUDevice,
    private readonly nativeText: NativeText | undefined,
  ) {
    this.f16 = nativeText ? 'native' : 'integers';
    this.#loss = lossOf(device);
    const { maxStorageBufferBindingSize, maxBufferSize, maxComputeWorkgroupsPerDimension } = device.limits;
    // Sizes of bindings are whole words; a limit need not be.
    this.span = maxStorageBufferBindingSize - (maxStorageBufferBindingSize % 4);
    this.room = Math.min(this.span, maxBufferSize);
    this.maxWorkgroups = maxComputeWorkgroupsPerDimension;
    this.positionLayout = this.layout('positions', [read, read, read, 'storage', 'uniform']);
  }

  /** Group 0: parameters by dynamic offset, and one or two buffers that are only read. */
  tableLayout(bytes: number, tables: 1 | 2): GPUBindGroupLayout {
    return this.layout('tables', tables === 1 ? ['uniform', read] : ['uniform', read, read], bytes);
  }

  /** Group 1: so many tensors that are read and written. */
  tensorLayout(tensors: number): GPUBindGroupLayout {
    return this.layout('tensors', new Array(tensors).fill('storage'));
  }

  /**
   * A bind group layout of buffers, made once; where nothing is bound, types have null. The first buffer has dynamic offsets if it is
   * said how many bytes it binds.
   */
  layout(name: string, types: readonly BufferType[], dynamicBytes = 0): GPUBindGroupLayout {
    const make = () =>
      this.device.createBindGroupLayout({
        label: `webgpu-rope ${name}`,
        entries: types.flatMap((type, binding) => {
          if (!type) return [];
          const buffer =
            dynamicBytes && !binding
              ? { type, hasDynamicOffset: true, minBindingSize: dynamicBytes }
              : { type };
          return [{ binding, visibility: shaderStageCompute, buffer }];
        }),
      });
    return remembered(this.#layouts, `${types} ${dynamicBytes}`, make);
  }

  /** Of a module linked in both ways, the one for a dtype on this device. */
  codeFor(dtype: RopeDtype, code: string, nativeCode: string): string {
    return (dtype === 'f16' && this.nativeText?.(nativeCode)) || code;
  }

  /** @throws {TypeError} the device was lost */
  checkLive(): void {
    checkNotLost(this.#loss);
  }

  /** Compiles a pipeline while the caller waits, or hands out what was compiled before. */
  compileAhead(description: PipelineDescription): Promise<GPUComputePipeline> {
    const compiled = this.#compiledOf(description.name);
    compiled.waiting ??= this.device.createComputePipelineAsync(this.#descriptorOf(description)).then(
      (pipeline) => {
        compiled.pipeline = pipeline;
        return pipeline;
      },
      (error: unknown) => {
        // A failed compilation is not remembered: the next one tries again.
        this.#pipelines.delete(description.name);
        throw error;
      },
    );
    return compiled.waiting;
  }

  /** Compiles a pipeline on the spot, which may stall the page. */
  compileNow(description: PipelineDescription): GPUComputePipeline {
    const compiled = this.#compiledOf(description.name);
    compiled.pipeline ??= this.device.createComputePipeline(this.#descriptorOf(description));
    return compiled.pipeline;
  }

  #compiledOf(name: string): Compiled {
    return remembered(this.#pipelines, name, () => ({}));
  }

  #descriptorOf({
    name,
    code,
    entryPoint,
    layouts,
    constants,
  }: PipelineDescription): GPUComputePipelineDescriptor {
    return {
      label: name,
      layout: this.device.createPipelineLayout({ label: name, bindGroupLayouts: layouts }),
      compute: { module: this.#module(code), entryPoint, constants },
    };
  }

  #module(code: string): GPUShaderModule {
    const make = () => this.device.createShaderModule({ label: 'webgpu-rope', code });
    return remembered(this.#modules, code, make);
  }
}

const devices = new WeakMap<GPUDevice, Promise<KernelDevice>>();

async function probedDevice(device: GPUDevice, probe: F16Probe): Promise<KernelDevice> {
  for (const textOf of device.features.has('shader-f16') ? nativeTexts : []) {
    // A probe that fails altogether is one that was not passed.
    if (await probe(device, textOf).catch(() => false)) return new KernelDevice(device, textOf);
  }
  return new KernelDevice(device, undefined);
}

/**
 * What kernels share on this device, made at its first use: with `shader-f16` that takes a dispatch and a read-back.
 *
 * @throws {TypeError} the device was lost
 */
export async function liveDevice(device: GPUDevice, probe: F16Probe = probeF16): Promise<KernelDevice> {
  await checkLiveDevice(device);
  const shared = await remembered(devices, device, () => probedDevice(device, probe));
  shared.checkLive();
  return shared;
}

/** Refuses what cannot compile. */
export function checkDevice(device: unknown): asserts device is GPUDevice {
  if (typeof (device as Partial<GPUDevice> | null)?.createComputePipelineAsync !== 'function') {
    throw wrongType('device', 'a GPUDevice', device);
  }
}
