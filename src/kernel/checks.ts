import { bytesPerElement, type RopeDtype, ropeDtypes } from '../dtypes';
import { checkChoices, checkInteger, checkKeys, outOfRange, wrongType } from '../errors';
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
  const dtypes = checkChoices('dtypes', given ?? ropeDtypes, ropeDtypes, 'dtypes');
  if (dtypes.length === 0) throw wrongType('dtypes', 'at least one dtype', dtypes);
  return [...new Set(dtypes)];
}

/** Checks an offset or stride of a tensor: a count of elements that makes whole 4-byte words. */
export function checkElements(name: string, value: unknown, low: number, dtype: RopeDtype): number {
  const count = checkInteger(name, value, low, { most: Number.MAX_SAFE_INTEGER, unit: ' of elements' });
  const perWord = 4 / bytesPerElement(dtype);
  if (count % perWord !== 0) {
    throw outOfRange(name, `a multiple of ${perWord} elements of ${dtype} (4-byte words)`, value);
  }
  return count;
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
