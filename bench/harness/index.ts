/** The parts of the benchmark that need a GPUDevice and nothing else: they run in a page and in Node. */
export { requestRopeDevice } from 'webgpu-rope';
export { type Ceiling, makeCeiling } from './ceiling';
export { type CheckResult, checkRotation } from './check';
export { type Clock, clockOf } from './clock';
export { configOf } from './config';
export { type Measurement, type MeasureOptions, measure } from './measure';
export { makeRotation, type Rotation, type Setting, settingOf, type Workload } from './rotation';
export {
  describe,
  measureSetting,
  type NamedPeer,
  type SettingOptions,
  type SettingResult,
  type SettingSpec,
} from './row';
export { type BenchSession, openSession, type SessionHooks, type SessionOptions } from './session';
export { quantile, type Summary, summarise } from './stats';
export type { EncodedSubject, Subject, SubmittedSubject } from './subject';
export { type TuningSpec, type TuningTrial, trialTunings } from './tunings';
