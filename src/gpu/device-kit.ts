import type { Pairing } from '../config/types';
import { type RopeDtype, ropeDtypes } from './dtype';

/** Kinds of call: positions from the host, from buffers, and the move of heads that were rotated before. */
export type CallKind = 'rotate' | 'rotate_at' | 'rerotate';

/** What picks the code of a pipeline; everything else is a uniform. */
export interface PipelineKey {
  readonly call: CallKind;
  readonly chunked: boolean;
  readonly dtype: RopeDtype;
  readonly pairing: Pairing;
  readonly twoDigits: boolean;
  readonly axes: number;
  readonly workgroupSize: number;
}

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

  /** Compiles the pipeline, or hands out the one compiled before. */
  pipeline(key: PipelineKey, code: string, positionLayout?: GPUBindGroupLayout): Promise<GPUComputePipeline> {
    const entryPoint = `${key.call}_${key.chunked ? 'chunks' : 'words'}`;
    const table = key.twoDigits ? 'two-digit' : 'full';
    const name = `webgpu-rope ${entryPoint} ${key.dtype} ${key.pairing} ${table} ${key.axes} ${key.workgroupSize}`;
    let pipeline = this.#pipelines.get(name);
    if (!pipeline) {
      const groups = [this.tableLayout, this.tensorLayout];
      // Calls whose positions the host knows bind no ids and no counter.
      if (positionLayout) groups.push(positionLayout);
      pipeline = this.device.createComputePipelineAsync({
        label: name,
        layout: this.device.createPipelineLayout({ label: name, bindGroupLayouts: groups }),
        compute: {
          module: this.#module(code),
          entryPoint,
          constants: {
            DTYPE: ropeDtypes.indexOf(key.dtype),
            PAIRING: key.pairing === 'half' ? 0 : 1,
            TWO_DIGITS: key.twoDigits ? 1 : 0,
            WORKGROUP: key.workgroupSize,
            AXES: key.axes,
          },
        },
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

/** The device's kit, made at its first use. */
export function deviceKit(device: GPUDevice): DeviceKit {
  let kit = kits.get(device);
  if (!kit) {
    kit = new DeviceKit(device);
    kits.set(device, kit);
  }
  return kit;
}
