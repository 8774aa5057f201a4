/** Every layer of a model at decode, one token a step, as an engine runs them: a Q they share, a K cache each. */
export interface DecodeSteps {
  /** Encodes the next step: every layer once. */
  step(pass: GPUComputePassEncoder): void;
  destroy(): void;
}

/** Runs steps of a decode, each submitted on its own. Waits for the GPU now and then, so that no work piles up. */
export async function runSteps(device: GPUDevice, decode: DecodeSteps, steps: number): Promise<void> {
  for (let step = 1; step <= steps; step++) {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    decode.step(pass);
    pass.end();
    device.queue.submit([encoder.finish()]);
    if (step % 64 === 0 || step === steps) await device.queue.onSubmittedWorkDone();
  }
}
