import { ropeDtypes } from '../dtypes';
import type { PipelineDescription } from '../kernel/device';
import type { QkvCore } from './core';
import type { PartName, PartView } from './part';
import type { Spread } from './spread';
import { type Variant, variantKey } from './variant';

/** The pipeline of a launch: its code, and the constants that its parts and its spread settle. */
export function descriptionOf(
  core: QkvCore,
  parts: readonly PartView[],
  spread: Spread,
  call: Variant & { readonly rotates: boolean },
): PipelineDescription {
  const { setup, state } = core.rope;
  const { config } = setup;
  const of = (name: PartName): PartView | undefined => parts.find((part) => part.name === name);
  const [first] = parts as [PartView];
  const dtype = first.source.dtype;
  const weightDtype = parts.find(({ norm }) => norm?.weight)?.norm?.dtype ?? 'f32';
  const dtypes = [
    dtype,
    of('k')?.writtenDtype ?? dtype,
    of('v')?.writtenDtype ?? dtype,
    weightDtype,
  ] as const;
  const numbers = dtypes.map((each) => ropeDtypes.indexOf(each)) as [number, number, number, number];
  const constants = {
    DTYPE: numbers[0],
    K_DTYPE: numbers[1],
    V_DTYPE: numbers[2],
    WEIGHT_DTYPE: numbers[3],
    PAIRING: config.pairing === 'half' ? 0 : 1,
    TWO_DIGITS: state.kind === 'two-digit' ? 1 : 0,
    AXES: config.axes?.count ?? 1,
    WORKGROUP: spread.lanes,
    ROTATES: call.rotates ? 1 : 0,
    WHOLE: call.way === 'chunks' && call.rotates && parts.every(isWhole) ? 1 : 0,
    Q_NORM: normNumber(of('q')),
    K_NORM: normNumber(of('k')),
    V_NORM: normNumber(of('v')),
    TEAM: spread.team,
    FOURS: spread.sumsByFours ? 1 : 0,
    SUMS: spread.sums,
  };
  const isNative = core.device.f16 === 'native' && dtypes.includes('f16');
  return {
    name: `webgpu-rope qkv ${variantKey(call)} ${isNative} ${Object.values(constants)}`,
    code: core.codeFor(call, isNative),
    entryPoint: `qkv_${call.way}`,
    layouts: core.layouts(call.bindings, call.reads),
    constants,
  };
}

/** Whether all units of a part are alike: WHOLE of shaders/bindings/qkv.wgsl. */
function isWhole({ name, headDim, rotaryDim }: PartView): boolean {
  return name === 'v' ? headDim % 16 === 0 : headDim === rotaryDim;
}

/** Q_NORM and its like of shaders/bindings/qkv.wgsl. */
function normNumber(part: PartView | undefined): number {
  if (!part?.norm) return 0;
  return (part.norm.isOverHeads ? 2 : 1) + (part.norm.weight === null ? 0 : 4);
}
