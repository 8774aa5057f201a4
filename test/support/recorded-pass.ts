/** Passes that count what is encoded onto them, or keep it for later, as the recorder of an engine does. */

/** Calls of one pass. */
export interface RecordedPass {
  /** Stands for a pass: nothing reaches a GPU. */
  readonly pass: GPUComputePassEncoder;
  readonly launches: () => number;
  /** Makes the calls again, on a pass. */
  readonly replay: (pass: GPUComputePassEncoder) => void;
}

type Call = (pass: GPUComputePassEncoder) => void;

/** A stand-in that keeps the arguments of each call by reference: arrays are not copied. */
export function recordedPass(): RecordedPass {
  const calls: Call[] = [];
  let launches = 0;
  const stand = {
    setPipeline: (...args: Parameters<GPUComputePassEncoder['setPipeline']>) => {
      calls.push((pass) => pass.setPipeline(...args));
    },
    setBindGroup: (...args: unknown[]) => {
      calls.push((pass) => (pass.setBindGroup as (...args: unknown[]) => void)(...args));
    },
    dispatchWorkgroups: (...args: Parameters<GPUComputePassEncoder['dispatchWorkgroups']>) => {
      launches++;
      calls.push((pass) => pass.dispatchWorkgroups(...args));
    },
  };
  return {
    pass: stand as unknown as GPUComputePassEncoder,
    launches: () => launches,
    replay: (pass) => {
      for (const call of calls) call(pass);
    },
  };
}

/** A pass that hands everything on and counts launches. */
export function countedPass(pass: GPUComputePassEncoder): Omit<RecordedPass, 'replay'> {
  let launches = 0;
  const of = (name: keyof GPUComputePassEncoder) =>
    (pass[name] as (...args: unknown[]) => unknown).bind(pass);
  const stand = {
    setPipeline: of('setPipeline'),
    setBindGroup: of('setBindGroup'),
    dispatchWorkgroups: (...args: unknown[]) => {
      launches++;
      of('dispatchWorkgroups')(...args);
    },
  };
  return { pass: stand as unknown as GPUComputePassEncoder, launches: () => launches };
}
