import wgsl from '../../shaders/rope.wgsl?raw';
import type { Pairing } from '../config/types';
import { type RopeDtype, ropeDtypes } from './dtype';

/** What picks the code of a pipeline; everything else is a uniform. */
export interface PipelineKey {
  readonly entryPoint: 'rotate_chunks' | 'rotate_words';
  readonly dtype: RopeDtype;
  readonly pairing: Pairing;
  readonly twoDigits: boolean;
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
  private readonly module: GPUShaderModule;
  private readonly pipelineLayout: GPUPipelineLayout;
  private readonly pipelines = new Map<string, Promise<GPUComputePipeline>>();

  constructor(readonly device: GPUDevice) {
    void device.lost.then((info) => {
      this.lost = info;
    });
    this.module = device.createShaderModule({ label: 'webgpu-rope', code: wgsl });
    const visibility = GPUShaderStage.COMPUTE;
    this.tableLayout = device.createBindGroupLayout({
      label: 'webgpu-rope tables',
      entries: [
        {
          binding: 0,
          visibility,
          buffer: { type: 'uniform', hasDynamicOffset: true, minBindingSize: slotBytes },
        },
        { binding: 1, visibility, buffer: { type: 'read-only-storage' } },
      ],
    });
    this.tensorLayout = device.createBindGroupLayout({
      label: 'webgpu-rope tensors',
      entries: [
        { binding: 0, visibility, buffer: { type: 'storage' } },
        { binding: 1, visibility, buffer: { type: 'storage' } },
      ],
    });
    this.pipelineLayout = device.createPipelineLayout({
      label: 'webgpu-rope',
      bindGroupLayouts: [this.tableLayout, this.tensorLayout],
    });
  }

  /** @throws {TypeError} the device was lost */
  checkLive(): void {
    if (this.lost === null) return;
    const { reason, message } = this.lost;
    throw new TypeError(`device: expected a live GPUDevice, got one that was lost (${reason}): ${message}`);
  }

  /** Compiles the pipeline, or hands out the one compiled before. */
  pipeline(key: PipelineKey): Promise<GPUComputePipeline> {
    const name = `webgpu-rope ${key.entryPoint} ${key.dtype} ${key.pairing} ${key.twoDigits ? 'two-digit' : 'full'} ${key.workgroupSize}`;
    let pipeline = this.pipelines.get(name);
    if (!pipeline) {
      pipeline = this.device.createComputePipelineAsync({
        label: name,
        layout: this.pipelineLayout,
        compute: {
          module: this.module,
          entryPoint: key.entryPoint,
          constants: {
            DTYPE: ropeDtypes.indexOf(key.dtype),
            PAIRING: key.pairing === 'half' ? 0 : 1,
            TWO_DIGITS: key.twoDigits ? 1 : 0,
            WORKGROUP: key.workgroupSize,
          },
        },
      });
      this.pipelines.set(name, pipeline);
      // A failed compilation is not remembered: the next createRope tries again.
      pipeline.catch(() => this.pipelines.delete(name));
    }
    return pipeline;
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
