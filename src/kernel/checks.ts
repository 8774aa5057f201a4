import { type RopeDtype, ropeDtypes } from '../dtypes';
import { checkChoice, checkInteger, checkKeys, wrongType } from '../errors';
import { defaultTuning, type RopeTuning } from './tuning';

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
  if (typeof tuning.firstHeadAhead !== 'boolean')
    throw wrongType('tuning.firstHeadAhead', 'true or false', tuning.firstHeadAhead);
  return tuning;
}
