/** Compiles kernels for a family and counts along the paths of their calls. */
import type { RopeDtype } from '../../src/dtypes';
import { versionOf } from '../machine';
import { parseAssembly } from './assembly';
import { type Compiled, compiled } from './compile';
import { type Counts, countsOf, difference, type RoundTrips, roundTripsBeforeStore } from './counts';
import { type KernelCase, kernelCases, type Sizes } from './kernels';
import { type ParameterValues, parameterReader } from './parameters';
import type { IsaPairing } from './shape';
import type { Toolchain } from './toolchain';
import { pathOf } from './walk';

/** Registers and what else the driver says of a kernel. */
export interface Resources {
  readonly vectorRegisters: number;
  /** Before they are rounded up to what the hardware deals out, which is always the same on RDNA. */
  readonly scalarRegisters: number;
  /** Vector and scalar registers that did not fit. */
  readonly spills: number;
  readonly workgroupBytes: number;
  /** Waves of 64 that a SIMD holds at once. */
  readonly waves: number;
  readonly instructions: number;
}

/** One call of one kernel. */
export interface IsaRow extends Resources {
  readonly kernel: string;
  readonly dtype: RopeDtype;
  readonly pairing: IsaPairing | '';
  readonly variant: string;
  readonly sizes: Sizes;
  /** What a step of the loop is, such as `head`; empty where there is no loop. */
  readonly step: string;
  /** Along the path with one step. */
  readonly path: Counts;
  /** What a second step adds; undefined where there is no loop. */
  readonly perStep: Counts | undefined;
  /** `path` without its step. */
  readonly before: Counts;
  readonly tripsBeforeStore: RoundTrips;
}

/** What `npm run isa -- --json` writes for a family. */
export interface IsaResult {
  readonly family: string;
  /** The driver with its version. */
  readonly driver: string;
  /** Version of the npm package `webgpu`, which brings Dawn. */
  readonly webgpu: string;
  readonly date: string;
  readonly rows: readonly IsaRow[];
}

function resourcesOf(statistics: Compiled['statistics'], family: string): Resources {
  const of = (name: string): number => {
    const value = statistics[name];
    if (value === undefined) throw new Error(`the driver has no statistic called ${name}`);
    return value;
  };
  // The kernels run as waves of 64; on RDNA the statistic counts waves of 32.
  const isRdna = /^(navi|gfx1[01])/.test(family);
  return {
    vectorRegisters: of('VGPRs'),
    scalarRegisters: of('Pre-Sched SGPRs'),
    spills: of('Spilled VGPRs') + of('Spilled SGPRs'),
    workgroupBytes: of('LDS size'),
    waves: of('Subgroups per SIMD') / (isRdna ? 2 : 1),
    instructions: of('Instructions'),
  };
}

/** Counts of each call of a kernel, from what the driver made of it. */
export function rowsOf(kernelCase: KernelCase, { assembly, statistics }: Compiled, family: string): IsaRow[] {
  const { kernel, dtype, pairing, variant, layout, calls } = kernelCase;
  const blocks = parseAssembly(assembly);
  const walk = (values: ParameterValues) => pathOf(blocks, { parameter: parameterReader(layout, values) });
  return calls.map(({ sizes, one, two, step }) => {
    const path = walk(one);
    const counts = countsOf(path);
    const perStep = two && difference(countsOf(walk(two)), counts);
    return {
      ...{ kernel, dtype, pairing, variant, sizes, step },
      ...resourcesOf(statistics, family),
      path: counts,
      perStep,
      before: perStep ? difference(counts, perStep) : counts,
      tripsBeforeStore: roundTripsBeforeStore(path),
    };
  });
}

/** Compiles the kernels of these names and counts. */
export async function survey(names: readonly string[], family: string, tools: Toolchain): Promise<IsaResult> {
  const cases = await kernelCases(names);
  const rows = new Map<KernelCase, IsaRow[]>();
  let driver = '';
  // Kernels that need a feature have a device with it; the others have one without.
  for (const features of new Set(cases.map((each) => each.features.join()))) {
    const batch = cases.filter((each) => each.features.join() === features);
    const kernels = batch.map(({ code, kernel, constants }) => ({ code, entry: kernel, constants }));
    const results = compiled({ kernels, features: batch[0]?.features ?? [] }, family, tools);
    for (const [index, result] of results.entries()) {
      const kernelCase = batch[index] as KernelCase;
      rows.set(kernelCase, rowsOf(kernelCase, result, family));
      driver = result.driver;
    }
  }
  const inOrder = cases.flatMap((each) => rows.get(each) ?? []);
  const webgpu = await versionOf('../node_modules/webgpu/package.json');
  return { family, driver, webgpu, date: new Date().toISOString(), rows: inOrder };
}
