import { readerOf } from '../harness/check';
import type { Rotation } from '../harness/rotation';
import tableWgsl from '../shaders/naive-table.wgsl?raw';
import trigWgsl from '../shaders/naive-trig.wgsl?raw';
import { angleTables, bytesOf } from './angles';
import type { MakePeer, Peer } from './peer';

/** Baselines that rotate in place, so that errors of theirs pile up: buffers up to this size are filled anew each round. */
const refilledBytes = 2 ** 23;

/** One pair an invocation, cosines and sines from a full table. */
export const makeNaiveTablePeer: MakePeer = (device, rotation) => {
  const { cos, sin } = angleTables(rotation.setting, 'f32');
  const kernel = { name: 'naive-table', wgsl: tableWgsl, inputs: [bytesOf(cos), bytesOf(sin)] };
  return makeNaive(device, rotation, kernel);
};

/** One pair an invocation, cosine and sine in the shader. */
export const makeNaiveTrigPeer: MakePeer = (device, rotation) => {
  const frequencies = new Float32Array(rotation.setting.frequencies.inverseFrequencies);
  return makeNaive(device, rotation, { name: 'naive-trig', wgsl: trigWgsl, inputs: [bytesOf(frequencies)] });
};

/** A module whose entry point `rotate` turns one pair an invocation. */
interface NaiveKernel {
  readonly name: string;
  readonly wgsl: string;
  /** What the bindings from 1 on read. */
  readonly inputs: readonly Uint8Array<ArrayBuffer>[];
}

async function makeNaive(
  device: GPUDevice,
  rotation: Rotation,
  { name, wgsl, inputs }: NaiveKernel,
): Promise<Peer | string> {
  const { setting, q, k } = rotation;
  const { preset, tokens, start, dtype, config } = setting;
  if (dtype === 'bf16') return 'WGSL has no bf16';
  if (dtype === 'f16' && !device.features.has('shader-f16'))
    return 'f16 needs shader-f16, which this adapter lacks';
  const code = dtype === 'f16' ? `enable f16;\n${wgsl.replace('alias T = f32;', 'alias T = f16;')}` : wgsl;
  const pipeline = await device.createComputePipelineAsync({
    label: `bench ${name}`,
    layout: 'auto',
    compute: {
      module: device.createShaderModule({ label: `bench ${name}`, code }),
      entryPoint: 'rotate',
      constants: { HALF: config.pairing === 'half' ? 1 : 0 },
    },
  });
  const owned: GPUBuffer[] = [];
  const upload = (bytes: Uint8Array<ArrayBuffer>, usage: GPUBufferUsageFlags): GPUBuffer => {
    const buffer = device.createBuffer({
      label: `bench ${name}`,
      size: bytes.length,
      usage: usage | GPUBufferUsage.COPY_DST,
    });
    device.queue.writeBuffer(buffer, 0, bytes);
    owned.push(buffer);
    return buffer;
  };
  const tables = inputs.map((bytes) => upload(bytes, GPUBufferUsage.STORAGE));
  const pairs = config.rotaryDim / 2;
  const launches = [
    { buffer: q, heads: preset.qHeads },
    { buffer: k, heads: preset.kHeads },
  ].map(({ buffer, heads }) => {
    const workgroups = Math.ceil((tokens * heads * pairs) / 64);
    const width = Math.min(workgroups, device.limits.maxComputeWorkgroupsPerDimension);
    const words = new Uint32Array([tokens, heads, config.headDim, pairs, start, width, 0, 0]);
    const params = upload(new Uint8Array(words.buffer), GPUBufferUsage.UNIFORM);
    const group = device.createBindGroup({
      label: `bench ${name}`,
      layout: pipeline.getBindGroupLayout(0),
      entries: [
        { binding: 0, resource: { buffer: params } },
        ...tables.map((table, i) => ({ binding: 1 + i, resource: { buffer: table } })),
        { binding: 3, resource: { buffer } },
      ],
    });
    return { group, width, height: Math.ceil(workgroups / width) };
  });
  return {
    subject: {
      name,
      encode: (pass) => {
        pass.setPipeline(pipeline);
        for (const { group, width, height } of launches) {
          pass.setBindGroup(0, group);
          pass.dispatchWorkgroups(width, height);
        }
      },
      ...(q.size + k.size <= refilledBytes && { reset: rotation.fill }),
    },
    note: 'one pair an invocation, workgroups of 64, a launch each for Q and K',
    read: readerOf(device, { q, k }, dtype),
    destroy: () => {
      for (const buffer of owned) buffer.destroy();
    },
  };
}
