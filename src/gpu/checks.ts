import { type RopeDtype, ropeDtypes } from '../dtypes';
import { checkChoice, checkInteger, checkKeys, wrongType } from '../errors';
import { defaultTuning, type RopeTuning } from './tuning';

/** Refuses what cannot compile. */
export function checkDevice(device: unknown): asserts device is GPUDevice {
  if (typeof (device as Partial<GPUDevice> | null)?.createComputePipelineAsync !== 'function') {
    throw wrongType('device', 'a GPUDevice', device);
  }
}

/** Refuses what no dispatch can be appended to. */
export function checkPass(pass: unknown): asserts pass is GPUComputePassEncoder {
  if (typeof (pass as Partial<GPUComputePassEncoder> | null)?.dispatchWorkgroups !== 'function') {
    throw wrongType('pass', 'a GPUComputePassEncoder', pass);
  }
}

/** Whether float32 holds a number as a finite one: what a uniform may be. Not a closure, as encode allocates nothing. */
export function isFiniteFloat32(value: number): boolean {
  return Number.isFinite(Math.fround(value));
}

/** The dtypes to compile for, each once; all where none are given. */
export function checkDtypes(given: readonly RopeDtype[] | undefined): readonly RopeDtype[] {
  const dtypes = given ?? ropeDtypes;
  if (!Array.isArray(dtypes)) throw wrongType('dtypes', 'an array of dtypes', dtypes);
  if (dtypes.length === 0) throw wrongType('dtypes', 'at least one dtype', dtypes);
  return [...new Set(dtypes.map((dtype, i) => checkChoice(`dtypes[${i}]`, dtype, ropeDtypes)))];
}

/** The tuning for the device's adapter, but for what was given; of which only these keys. */
export function checkTuning(
  device: GPUDevice,
  given: Partial<RopeTuning> | undefined,
  keys: readonly (keyof RopeTuning)[],
): RopeTuning {
  checkKeys('tuning', given ?? {}, keys);
  const tuning = { ...defaultTuning(device), ...given };
  const { maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX } = device.limits;
  const most = Math.min(maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX);
  checkInteger('tuning.workgroupSize', tuning.workgroupSize, 1, most);
  checkInteger('tuning.invocations', tuning.invocations, 1, 2 ** 31);
  return tuning;
}

/** Bytes that a buffer may have and one storage binding span. */
export function bindingRoom({ limits }: GPUDevice): number {
  return Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
}

/** The error of a buffer that one dispatch would read and write: WebGPU forbids it even where the ranges are disjoint. */
export function sharedBuffer(name: string, others: string): TypeError {
  return new TypeError(
    `${name}: expected a GPUBuffer other than ${others} (one dispatch cannot bind it read-only and writable), got the same`,
  );
}
