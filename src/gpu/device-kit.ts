import type { RopeDtype } from '../dtypes';
import { remembered } from './remembered';

/** Bytes of one parameter slot: the largest `minUniformBufferOffsetAlignment` an implementation may have. */
export const slotBytes = 256;

/** What every rope of a device shares: the module, its layouts, the pipelines compiled so far. */
export class DeviceKit {
  readonly tableLayout: GPUBindGroupLayout;
  readonly tensorLayout: GPUBindGroupLayout;
  /** Set once `device.lost` has resolved. */
  lost: GPUDeviceLostInfo | null = null;
  readonly #modules = new Map<string, GPUShaderModule>();
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();

  constructor(readonly device: GPUDevice) {
    void device.lost.then((info) => {
      this.lost = info;
    });
    const read = 'read-only-storage';
    this.tableLayout = this.layout('tables', ['uniform', read, read], slotBytes);
    this.tensorLayout = this.layout('tensors', ['storage', 'storage']);
  }

  /** A bind group layout of buffers; the first one has dynamic offsets if it says how many bytes it binds. */
  layout(name: string, types: readonly GPUBufferBindingType[], dynamicBytes = 0): GPUBindGroupLayout {
    return this.device.createBindGroupLayout({
      label: `webgpu-rope ${name}`,
      entries: types.map((type, binding) => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        buffer:
          dynamicBytes && !binding
            ? { type, hasDynamicOffset: true, minBindingSize: dynamicBytes }
            : { type },
      })),
    });
  }

  /** @throws {TypeError} the device was lost */
  checkLive(): void {
    if (this.lost === null) return;
    const { reason, message } = this.lost;
    throw new TypeError(`device: expected a live GPUDevice, got one that was lost (${reason}): ${message}`);
  }

  /**
   * Compiles an entry point, or hands out what was compiled before under the same name.
   *
   * @param name Label of the pipeline; says everything that its code and its layouts depend on.
   */
  compiled(
    name: string,
    code: string,
    entryPoint: string,
    bindGroupLayouts: GPUBindGroupLayout[],
    constants: Record<string, number>,
  ): Promise<GPUComputePipeline> {
    let pipeline = this.#pipelines.get(name);
    if (!pipeline) {
      pipeline = this.device.createComputePipelineAsync({
        label: name,
        layout: this.device.createPipelineLayout({ label: name, bindGroupLayouts }),
        compute: { module: this.#module(code), entryPoint, constants },
      });
      this.#pipelines.set(name, pipeline);
      // A failed compilation is not remembered: the next createRope tries again.
      pipeline.catch(() => this.#pipelines.delete(name));
    }
    return pipeline;
  }

  #module(code: string): GPUShaderModule {
    let module = this.#modules.get(code);
    if (!module) {
      module = this.device.createShaderModule({ label: 'webgpu-rope', code });
      this.#modules.set(code, module);
    }
    return module;
  }
}

const kits = new WeakMap<GPUDevice, DeviceKit>();

/**
 * The device's kit, made at its first use.
 *
 * @throws {TypeError} the device was lost
 */
export async function liveKit(device: GPUDevice): Promise<DeviceKit> {
  const kit = remembered(kits, device, () => new DeviceKit(device));
  // A device that is lost already says so in a microtask, before what the caller does next could fail obscurely.
  await Promise.resolve();
  kit.checkLive();
  return kit;
}

/** The GPU objects of one kernel. */
interface Core {
  readonly kit: DeviceKit;
  compile(dtypes: readonly RopeDtype[]): Promise<void>;
  destroy(): void;
}

/** Compiles what a kernel needs; where that fails, ends what the kernel has made so far. */
export async function compileAll(core: Core, dtypes: readonly RopeDtype[]): Promise<void> {
  try {
    await core.compile(dtypes);
    core.kit.checkLive();
  } catch (error) {
    core.destroy();
    throw error;
  }
}
