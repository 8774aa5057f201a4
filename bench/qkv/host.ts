import { createRope, type RopeDtype, type RopeEncodeOptions, ropeConfigFromHuggingFace } from 'webgpu-rope';
import { makeBareCalls } from '../harness/bare-calls';
import { makeDecode } from '../harness/decode';
import { layerCount } from '../harness/decode-cases';
import { makeQkvDecode } from '../harness/decode-qkv';
import { type DecodeSteps, runSteps } from '../harness/decode-steps';
import { timeSteps, warmUpSteps } from '../harness/encode-costs';
import type { MeasureOptions } from '../harness/measure';
import { createRandom } from '../harness/random';
import { summarise } from '../harness/stats';
import { decodeWork, qkvModel, shapeOf } from './cases';
import type { MakeOnnxQkv } from './measure';
import { makeSeparate } from './separate';
import { makeQkvTensors } from './tensors';
import type { QkvHostRow } from './types';

export interface QkvHostOptions {
  readonly rounds: number;
  readonly minSpanMs: number;
  readonly makeOnnx: MakeOnnxQkv | undefined;
}

interface HostSubject {
  readonly name: string;
  readonly note: string;
  /** Microseconds a layer, of many steps. */
  sample(): Promise<number>;
  readonly samplesUs: number[];
}

const f32: RopeDtype = 'f32';

/** The separate launches of a layer, so many layers a step; the rotation's start moves with each step. */
async function makeSeparateSteps(
  device: GPUDevice,
  model: string,
  timing: MeasureOptions,
): Promise<DecodeSteps> {
  const shape = shapeOf({ model, work: decodeWork });
  const tensors = makeQkvTensors(device, shape);
  const separate = await makeSeparate(device, shape, tensors, { ...timing, rounds: 1 });
  const rope = await createRope(device, ropeConfigFromHuggingFace(shape.model.config), { dtypes: [f32] });
  const layers = Array.from({ length: layerCount }, () =>
    rope.bind({
      q: { buffer: tensors.q, heads: shape.model.qHeads },
      k: { buffer: tensors.k, heads: shape.model.kHeads },
      dtype: f32,
    }),
  );
  const others = separate.kernels.filter(({ name }) => name !== 'rotation');
  const call: { -readonly [K in keyof RopeEncodeOptions]: RopeEncodeOptions[K] } = { tokens: 1, start: 5000 };
  let steps = 0;
  return {
    step: (pass) => {
      call.start = 5000 + (steps++ % 20_000);
      for (let i = 0; i < layers.length; i++) {
        layers[i]?.encode(pass, call);
        for (let j = 0; j < others.length; j++) others[j]?.encode(pass);
      }
    },
    destroy: () => {
      separate.destroy();
      rope.destroy();
      tensors.destroy();
    },
  };
}

/** Runs timed together. */
const onnxRuns = 8;

/** What a run of onnxruntime-web takes until it resolves, by its layers. */
async function onnxSubject(
  device: GPUDevice,
  model: string,
  makeOnnx: MakeOnnxQkv,
  own: <T extends { destroy(): void }>(object: T) => T,
): Promise<HostSubject> {
  const shape = shapeOf({ model, work: decodeWork });
  const tensors = own(makeQkvTensors(device, shape));
  const { subject, note } = own(await makeOnnx(device, shape, tensors, layerCount));
  const sample = async (): Promise<number> => {
    await device.queue.onSubmittedWorkDone();
    const begin = performance.now();
    await subject.run(onnxRuns);
    const spanMs = performance.now() - begin;
    await device.queue.onSubmittedWorkDone();
    return (spanMs * 1e3) / (onnxRuns * layerCount);
  };
  for (let i = 0; i < 4; i++) await sample();
  return { name: 'onnxruntime-web', note, sample, samplesUs: [] };
}

/** Host time of a layer at decode, every subject once a round: encodes alone, without encoders, passes and submits; of
 * onnxruntime-web what its run takes to resolve, which the GPU's work is no part of. */
export async function timeQkvHost(
  device: GPUDevice,
  model: string,
  { rounds, minSpanMs, makeOnnx }: QkvHostOptions,
): Promise<QkvHostRow[]> {
  const owned: { destroy(): void }[] = [];
  const subjects: HostSubject[] = [];
  const own = <T extends { destroy(): void }>(object: T): T => {
    owned.push(object);
    return object;
  };
  const add = async (name: string, note: string, steps: DecodeSteps): Promise<void> => {
    await runSteps(device, own(steps), warmUpSteps);
    subjects.push({ name, note, sample: () => timeSteps(device, steps.step), samplesUs: [] });
  };
  try {
    const launches = qkvModel(model).epsilon === null ? 3 : 5;
    for (const kind of ['qkv, same start', 'qkv, new start each step'] as const) {
      const name = `webgpu-rope${kind.slice('qkv'.length)}`;
      await add(
        name,
        'one encode',
        await makeQkvDecode(device, { kind, dtype: f32, layers: layerCount, model }),
      );
    }
    const separate = await makeSeparateSteps(device, model, { minSpanMs });
    await add('separate', `${launches} launches, the rotation by rope.encode, new start each step`, separate);
    const rope = await makeDecode(device, 'new start each step', f32);
    await add('rope.encode', 'the rotation alone, Llama-3.1-8B, new start each step', rope);
    await add('WebGPU calls alone', 'of one launch', makeBareCalls(device, layerCount));
    await add(
      'WebGPU calls of the separate',
      `of ${launches} launches`,
      makeBareCalls(device, layerCount * launches),
    );
    if (makeOnnx) subjects.push(await onnxSubject(device, model, makeOnnx, own));
    const random = createRandom(rounds);
    for (let round = 0; round < rounds; round++) {
      const first = random.integer(0, subjects.length - 1);
      for (let i = 0; i < subjects.length; i++) {
        const subject = subjects[(first + i) % subjects.length] as HostSubject;
        subject.samplesUs.push(await subject.sample());
      }
    }
    return subjects.map(({ name, note, samplesUs }) => {
      const { medianMs, p20Ms, p80Ms } = summarise(samplesUs);
      return { model, subject: name, note, medianUs: medianMs, p20Us: p20Ms, p80Us: p80Ms };
    });
  } finally {
    for (const object of owned.reverse()) object.destroy();
  }
}
