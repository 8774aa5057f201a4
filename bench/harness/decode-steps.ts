/** Every layer of a model at decode, one token a step, as an engine runs them: a Q they share, a K cache each. */
export interface DecodeSteps {
  /** Encodes the next step: every layer once. */
  step(pass: GPUComputePassEncoder): void;
  destroy(): void;
}

/**
 * Encodes steps of a decode, each into commands of its own, and runs them. Waits for the GPU now and then, so that no work piles up.
 *
 * @param submits Default true. Else the commands are left: where only what encoding costs is asked for, a software adapter
 *   would spend its cores on running them.
 */
export async function runSteps(
  device: GPUDevice,
  decode: DecodeSteps,
  steps: number,
  { submits = true } = {},
): Promise<void> {
  for (let step = 1; step <= steps; step++) {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    decode.step(pass);
    pass.end();
    const commands = encoder.finish();
    if (submits) device.queue.submit([commands]);
    if (step % 64 === 0 || step === steps) await device.queue.onSubmittedWorkDone();
  }
}
