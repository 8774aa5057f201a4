/** Something to be timed that can be appended to a compute pass. */
export interface EncodedSubject {
  readonly name: string;
  /** Appends one run. Called many times for one pass: it must be repeatable and leave its data in range. */
  encode(pass: GPUComputePassEncoder): void;
  /** Puts its data back in range before each timed span, untimed. */
  reset?(): void;
}

/** Something to be timed that submits its work itself, to the device it is measured on: another library. */
export interface SubmittedSubject {
  readonly name: string;
  /** Submits `repeats` runs one after another; may resolve before the GPU is done. */
  run(repeats: number): Promise<void>;
  /** Puts its data back in range before each timed span, untimed. */
  reset?(): void;
}

export type Subject = EncodedSubject | SubmittedSubject;

/** One compute pass that runs an encoded subject so many times, ready to submit. */
export function encodeRuns(
  device: GPUDevice,
  subject: EncodedSubject,
  repeats: number,
  timestampWrites?: GPUComputePassTimestampWrites,
): GPUCommandEncoder {
  const encoder = device.createCommandEncoder({ label: `bench ${subject.name}` });
  const pass = encoder.beginComputePass({
    label: `bench ${subject.name}`,
    ...(timestampWrites && { timestampWrites }),
  });
  for (let i = 0; i < repeats; i++) subject.encode(pass);
  pass.end();
  return encoder;
}

/** Runs a subject once. Resolves when it is submitted. */
export async function runOnce(device: GPUDevice, subject: Subject): Promise<void> {
  if ('run' in subject) await subject.run(1);
  else device.queue.submit([encodeRuns(device, subject, 1).finish()]);
}
