import { bytesPerElement, createRope, type RopeDtype } from 'webgpu-rope';
import { presetBySlug } from '../presets';
import { configOf } from './config';
import { tensorBuffer } from './data';

/** One creation of a rope and its first use. */
export interface CreationSample {
  readonly createRopeMs: number;
  readonly bindUs: number;
  /** Host time of the first encode. */
  readonly firstEncodeUs: number;
  readonly secondEncodeUs: number;
  /** Wall clock from the first submit to its end, and from a second one. */
  readonly firstSubmitMs: number;
  readonly secondSubmitMs: number;
}

/** Llama-3.1-8B at decode, for one dtype, the default capacity: creates it, binds it and encodes twice. */
export async function timeCreation(device: GPUDevice, dtype: RopeDtype): Promise<CreationSample> {
  const preset = presetBySlug('llama-3.1-8b');
  const config = configOf(preset);
  const { qHeads, kHeads } = preset;
  const bytes = config.headDim * bytesPerElement(dtype);
  const q = tensorBuffer(device, 'bench creation Q', qHeads * bytes);
  const k = tensorBuffer(device, 'bench creation K', kHeads * bytes);
  await device.queue.onSubmittedWorkDone();

  const begin = performance.now();
  const rope = await createRope(device, config, { dtypes: [dtype] });
  const created = performance.now();
  const layer = rope.bind({ q: { buffer: q, heads: qHeads }, k: { buffer: k, heads: kHeads }, dtype });
  const bound = performance.now();
  const encodeAndSubmit = async (start: number): Promise<{ encodeUs: number; submitMs: number }> => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    const before = performance.now();
    layer.encode(pass, { tokens: 1, start });
    const encoded = performance.now();
    pass.end();
    const commands = encoder.finish();
    const submitted = performance.now();
    device.queue.submit([commands]);
    await device.queue.onSubmittedWorkDone();
    return { encodeUs: (encoded - before) * 1e3, submitMs: performance.now() - submitted };
  };
  const first = await encodeAndSubmit(5000);
  const second = await encodeAndSubmit(5001);
  rope.destroy();
  q.destroy();
  k.destroy();
  return {
    createRopeMs: created - begin,
    bindUs: (bound - created) * 1e3,
    firstEncodeUs: first.encodeUs,
    secondEncodeUs: second.encodeUs,
    firstSubmitMs: first.submitMs,
    secondSubmitMs: second.submitMs,
  };
}
