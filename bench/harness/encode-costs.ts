import type { RopeDtype } from 'webgpu-rope';
import { makeDecode } from './decode';
import { type DecodeCase, layerCount } from './decode-cases';
import { runSteps } from './decode-steps';
import { createRandom } from './random';

/** Host time of encodes, one sample a round. */
export interface EncodeSamples {
  readonly name: string;
  /** Microseconds a layer. */
  readonly samplesUs: readonly number[];
}

/** Steps timed together: long enough for a clock of 5 us, short enough for the GPU process to keep up. */
export const stepsPerSample = 64;
/** Encodes before the first sample, so that the code has been compiled as far as it will be. */
export const warmUpSteps = 400;

const cases: readonly DecodeCase[] = [
  'same start',
  'new start each step',
  'new start each encode',
  'WebGPU calls alone',
];

/**
 * Times what an encode costs on the host, 32 layers a submit, beside the four WebGPU calls it cannot do without. Only the
 * encodes are timed: encoders and passes are opened before, closed and submitted after.
 */
export async function timeEncodes(
  device: GPUDevice,
  { dtype, rounds }: { readonly dtype: RopeDtype; readonly rounds: number },
): Promise<EncodeSamples[]> {
  const subjects: { name: string; step(pass: GPUComputePassEncoder): void; samplesUs: number[] }[] = [];
  const owned: { destroy(): void }[] = [];
  try {
    for (const name of cases) {
      const decode = await makeDecode(device, name, dtype);
      owned.push(decode);
      await runSteps(device, decode, warmUpSteps);
      subjects.push({ name, step: decode.step, samplesUs: [] });
    }
    const random = createRandom(rounds);
    for (let round = 0; round < rounds; round++) {
      const first = random.integer(0, subjects.length - 1);
      for (let i = 0; i < subjects.length; i++) {
        const subject = subjects[(first + i) % subjects.length] as (typeof subjects)[0];
        subject.samplesUs.push(await timeSteps(device, subject.step));
      }
    }
    return subjects.map(({ name, samplesUs }) => ({ name, samplesUs }));
  } finally {
    for (const object of owned) object.destroy();
  }
}

/** Microseconds a layer. */
export async function timeSteps(
  device: GPUDevice,
  step: (pass: GPUComputePassEncoder) => void,
): Promise<number> {
  const passes = Array.from({ length: stepsPerSample }, () => {
    const encoder = device.createCommandEncoder({ label: 'bench encode' });
    return { encoder, pass: encoder.beginComputePass({ label: 'bench encode' }) };
  });
  const begin = performance.now();
  for (let i = 0; i < passes.length; i++) step((passes[i] as (typeof passes)[0]).pass);
  const spanMs = performance.now() - begin;
  for (const { encoder, pass } of passes) {
    pass.end();
    device.queue.submit([encoder.finish()]);
  }
  await device.queue.onSubmittedWorkDone();
  return (spanMs * 1e3) / (stepsPerSample * layerCount);
}
