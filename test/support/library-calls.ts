/**
 * Calls functions of shaders/lib on the GPU. A harness, test/gpu/lib/NAME.wgsl, has an entry point `call_F` for each function F of
 * shaders/lib/NAME.wgsl: workgroup i, of one invocation, reads the arguments of call i and writes what F returns.
 */
import { readTensor, uploadTensor } from 'webgpu-rope';
import { expectSameBits } from './compare';
import { getDevice, withErrorScope } from './gpu';
import { bitsOf, poison } from './random';
import { submitPass } from './rotation-case';

export interface LibraryCalls {
  /** The harness, linked. */
  readonly code: string;
  /** The function. */
  readonly name: string;
  readonly constants?: Readonly<Record<string, number>>;
  /** The words of each call's arguments: a multiple of four, as many for each. */
  readonly calls: readonly ArrayLike<number>[];
  /** `vec4u`s that a call returns. Default 1. */
  readonly vectors?: number;
  /** What else the function reads: bindings of group 1. */
  readonly reads?: readonly GPUBuffer[];
}

/** Words behind those that the calls write. */
const guard = 32;

/** The words that each call returns. Fails on any GPU error, and where anything else was written. */
export async function callLibrary({ code, name, ...rest }: LibraryCalls): Promise<Uint32Array[]> {
  const { constants = {}, calls, vectors = 1, reads = [] } = rest;
  const device = await getDevice();
  return withErrorScope(device, async (own) => {
    const upload = (words: Float32Array) => own(uploadTensor(device, words, 'f32', { as: 'bits' }));
    const before = new Float32Array(calls.length * vectors * 4 + guard);
    poison(before);
    const input = upload(argumentsOf(calls));
    const output = upload(before);
    const pipeline = await device.createComputePipelineAsync({
      label: name,
      layout: 'auto',
      compute: { module: device.createShaderModule({ code }), entryPoint: `call_${name}`, constants },
    });
    submitPass(device, (pass) => {
      pass.setPipeline(pipeline);
      for (const [group, buffers] of [[input, output], reads].entries()) {
        if (buffers.length === 0) continue;
        const layout = pipeline.getBindGroupLayout(group);
        const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
        pass.setBindGroup(group, device.createBindGroup({ layout, entries }));
      }
      pass.dispatchWorkgroups(calls.length);
    });
    const after = (await readTensor(device, output, 'f32')) as Float32Array;
    expectSameBits(after.subarray(-guard), before.subarray(-guard), `behind what ${name} writes`);
    const words = bitsOf(after) as Uint32Array;
    return calls.map((_, i) => words.subarray(i * vectors * 4, (i + 1) * vectors * 4));
  });
}

function argumentsOf(calls: LibraryCalls['calls']): Float32Array {
  const length = calls[0]?.length ?? 0;
  if (length === 0 || length % 4 !== 0 || calls.some((call) => call.length !== length)) {
    throw new RangeError(
      `calls: expected a multiple of 4 words, as many for each, got ${length} for the first`,
    );
  }
  const words = new Uint32Array(calls.length * length);
  for (const [i, call] of calls.entries()) words.set(call, i * length);
  return new Float32Array(words.buffer);
}

/** The bits of numbers as float32. */
export const wordsOf = (values: ArrayLike<number>): Uint32Array =>
  bitsOf(Float32Array.from(values)) as Uint32Array;

/** The float32 numbers of words. */
export const floatsOf = (words: Uint32Array): Float32Array =>
  new Float32Array(words.buffer, words.byteOffset, words.length);

/** Words as a failure should show them. */
export const hex = (words: ArrayLike<number>): string[] =>
  Array.from(words, (word) => (word >>> 0).toString(16).padStart(8, '0'));
