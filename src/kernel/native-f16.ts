import probeCode from '../../shaders/f16-probe.wgsl?linked&native_f16';
import { fromStorage, toStorage } from '../dtypes';
import type { NativeText } from './native-text';
import { readWords } from './read-words';
import { bufferUsage } from './usage';

/** How f16 is converted: by the device's own type, or by integers. */
export type F16Conversion = 'native' | 'integers';

/** Whether a text compiles on a device, and its f16 rounds and overflows as the contract says. */
export type F16Probe = (device: GPUDevice, textOf: NativeText) => Promise<boolean>;

/** Float32 numbers by their bits: around every boundary of f16, to the last bit, of both signs. */
function probedNumbers(): Float32Array<ArrayBuffer> {
  const bits: number[] = [];
  const around = (value: number): void => {
    const middle = new Uint32Array(Float32Array.of(value).buffer)[0] as number;
    for (const step of [-2, -1, 0, 1, 2]) if (middle + step >= 0) bits.push(middle + step);
  };
  // Ties between two f16, below an even and an odd one, in every binade, from less than the least of them to more than the greatest.
  for (let exponent = -26; exponent <= 16; exponent++) {
    const step = Math.max(2 ** (exponent - 10), 2 ** -24);
    for (const count of [0, 1, 2, 3, 510, 511, 1022, 1023]) around(2 ** exponent + (count + 0.5) * step);
  }
  for (const value of [0, 2 ** -25, 65504, 3e38]) around(value);
  bits.push(0x7f800000, 0x7fc00000, 0x7fffffff);
  while (bits.length % 4 !== 0) bits.push(0x3f800000);
  return new Float32Array(Uint32Array.from(bits.flatMap((each) => [each, each + 2 ** 31])).buffer);
}

/** Runs a device's own conversions over {@link probedNumbers}, and over f16s of every kind. Submits, and reads back. */
export const probeF16: F16Probe = async (device, textOf) => {
  // What an implementation says against the code is no error of the caller's.
  device.pushErrorScope('validation');
  // Code that does not compile is a probe that was not passed.
  const passed = conversionsKeepContract(device, textOf(probeCode)).catch(() => false);
  const error = await device.popErrorScope();
  return (await passed) && error === null;
};

async function conversionsKeepContract(device: GPUDevice, code: string): Promise<boolean> {
  const numbers = probedNumbers();
  const groups = numbers.length / 8;
  const halves = Uint16Array.from({ length: groups * 8 }, (_, i) => (i * 0x9e37) & 0xffff);
  const label = 'webgpu-rope f16 probe';
  const buffer = (size: number, more: number): GPUBuffer =>
    device.createBuffer({ label, size, usage: bufferUsage.STORAGE | more });
  const inputs = [numbers, halves].map((data) => {
    const one = buffer(data.byteLength, bufferUsage.COPY_DST);
    device.queue.writeBuffer(one, 0, data);
    return one;
  });
  const outputs = [groups * 16, groups * 32].map((size) => buffer(size, bufferUsage.COPY_SRC));
  const all = [...inputs, ...outputs];
  try {
    const module = device.createShaderModule({ label, code });
    const pipeline = await device.createComputePipelineAsync({
      label,
      layout: 'auto',
      compute: { module, entryPoint: 'probe' },
    });
    const encoder = device.createCommandEncoder({ label });
    const pass = encoder.beginComputePass({ label });
    pass.setPipeline(pipeline);
    const layout = pipeline.getBindGroupLayout(0);
    const entries = all.map((one, binding) => ({ binding, resource: { buffer: one } }));
    pass.setBindGroup(0, device.createBindGroup({ label, layout, entries }));
    pass.dispatchWorkgroups(Math.ceil(groups / 64));
    pass.end();
    device.queue.submit([encoder.finish()]);
    const [packed, unpacked] = (await Promise.all(
      outputs.map((one) => readWords(device, one, 0, one.size)),
    )) as [ArrayBuffer, ArrayBuffer];
    return keepsContract({
      numbers,
      packed: new Uint16Array(packed),
      halves,
      unpacked: new Float32Array(unpacked),
    });
  } finally {
    for (const one of all) one.destroy();
  }
}

/** What a probe put in and got out. Of eight numbers, the kernel packs the first four as even elements. */
interface Probed {
  readonly numbers: Float32Array;
  readonly packed: Uint16Array;
  readonly halves: Uint16Array;
  readonly unpacked: Float32Array;
}

function keepsContract({ numbers, packed, halves, unpacked }: Probed): boolean {
  const expected = fromStorage(toStorage(numbers, 'f16'), 'f16');
  const stored = fromStorage(packed, 'f16');
  const values = fromStorage(halves, 'f16');
  return numbers.every((_, i) => {
    // Element in memory order of number i: of its group of eight, evens come first, then odds. Any NaN will do for a NaN.
    const element = (i & ~7) + (i & 3) * 2 + ((i >> 2) & 1);
    return Object.is(stored[element], expected[i]) && Object.is(unpacked[i], values[element]);
  });
}
