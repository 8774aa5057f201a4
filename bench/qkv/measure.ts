import { clockOf } from '../harness/clock';
import { type Measurement, type MeasureOptions, measure } from '../harness/measure';
import { summarise } from '../harness/stats';
import { encodeRuns, type Subject } from '../harness/subject';
import type { OnnxQkv } from '../peers/onnxruntime-qkv';
import { bytesNeeded, type QkvShape, type QkvSpec, shapeOf } from './cases';
import { makeCopy } from './copy';
import { maxErrorOf, resultsIn } from './expected';
import { makeFused } from './fused';
import { makeSeparate, type Separate, type SeparateKernel } from './separate';
import { type QkvSubject, runOf } from './subject';
import { makeQkvTensors, type QkvTensors } from './tensors';
import type { QkvRow, QkvSettingResult, QkvSkipped } from './types';

/** Makes onnxruntime-web's session of so many layers. */
export type MakeOnnxQkv = (
  device: GPUDevice,
  shape: QkvShape,
  tensors: QkvTensors,
  layers: number,
) => Promise<OnnxQkv>;

export interface QkvMeasureOptions {
  readonly rounds: number;
  readonly minSpanMs: number;
  readonly onProgress: (text: string) => void;
  /** Undefined: onnxruntime-web is not measured. */
  readonly makeOnnx: MakeOnnxQkv | undefined;
}

/** Largest difference from float64 of values in (-12, 12), and of what is rounded at each step. */
const tolerance = 1e-4;

/** What is timed, and what its row says beside the time. */
interface Candidate {
  readonly subject: Subject;
  /** Layers of a run. */
  readonly layers: number;
  /** Name of the copy that it is held against. */
  readonly copy: string;
  readonly row: Pick<QkvRow, 'subject' | 'bytesNeeded' | 'note'> &
    Partial<Pick<QkvRow, 'launches' | 'bytesMoved' | 'maxError'>>;
}

/**
 * Times one encode, separate kernels, a copy and onnxruntime-web on the same tensors, interleaved, each checked first. At prefill each
 * separate kernel is timed beside a copy of its own bytes.
 *
 * @throws {Error} one of ours is wrong
 */
export async function measureQkv(
  device: GPUDevice,
  spec: QkvSpec,
  { rounds, minSpanMs, onProgress, makeOnnx }: QkvMeasureOptions,
): Promise<QkvSettingResult> {
  const shape = shapeOf(spec);
  const timing: MeasureOptions = { rounds, minSpanMs, clock: await clockOf(device) };
  const tensors = makeQkvTensors(device, shape);
  const owned: { destroy(): void }[] = [tensors];
  const own = <T extends { destroy(): void }>(object: T): T => {
    owned.push(object);
    return object;
  };
  try {
    onProgress('trying shapes of the separate kernels');
    const separate = own(await makeSeparate(device, shape, tensors, timing));
    const fused = own(await makeFused(device, shape, tensors));
    const candidates: Candidate[] = [];
    for (const subject of [fused, separate]) {
      onProgress(`checking ${subject.name}`);
      const maxError = await checked(device, shape, tensors, subject);
      candidates.push(candidateOf(shape, subject, maxError));
    }
    const skipped: QkvSkipped[] = [];
    if (makeOnnx) {
      onProgress('checking onnxruntime-web');
      try {
        candidates.push(await onnxCandidate(device, shape, tensors, { makeOnnx, own }));
      } catch (error) {
        skipped.push({
          model: spec.model,
          work: spec.work.name,
          subject: 'onnxruntime-web',
          reason: String(error),
        });
      }
    }
    tensors.fill();
    onProgress('trying shapes of the copy');
    candidates.push(...(await copiesFor(device, shape, separate, timing)).map(own));
    if (shape.work.tokens > 1) candidates.push(...separate.kernels.map(kernelCandidate));
    const measured = await measure(
      device,
      candidates.map(({ subject }) => subject),
      { ...timing, onProgress: ({ round }) => onProgress(`round ${round} of ${rounds}`) },
    );
    return { rows: rowsOf(spec, candidates, measured), skipped };
  } finally {
    for (const object of owned.reverse()) object.destroy();
  }
}

/** One layer from seeded tensors, compared. */
async function checked(
  device: GPUDevice,
  shape: QkvShape,
  tensors: QkvTensors,
  subject: QkvSubject,
): Promise<number> {
  tensors.fill();
  device.queue.submit([encodeRuns(device, runOf(subject, 1), 1).finish()]);
  const maxError = await maxErrorOf(device, shape, resultsIn(tensors));
  if (!(maxError <= tolerance)) {
    throw new Error(`${subject.name}, ${shape.model.slug}, ${shape.work.name}: off by ${maxError}`);
  }
  return maxError;
}

function candidateOf(shape: QkvShape, subject: QkvSubject, maxError: number): Candidate {
  const { launches, bytesMoved, note } = subject;
  return {
    subject: runOf(subject, shape.layersOfRun),
    layers: shape.layersOfRun,
    copy: 'copy',
    row: { subject: subject.name, launches, bytesMoved, bytesNeeded: bytesNeeded(shape), maxError, note },
  };
}

/** Checks a session of one layer, and takes one of as many as a run has. */
async function onnxCandidate(
  device: GPUDevice,
  shape: QkvShape,
  tensors: QkvTensors,
  { makeOnnx, own }: { makeOnnx: MakeOnnxQkv; own: <T extends { destroy(): void }>(object: T) => T },
): Promise<Candidate> {
  const one = own(await makeOnnx(device, shape, tensors, 1));
  tensors.fill();
  await one.subject.run(1);
  const maxError = await maxErrorOf(device, shape, one.results());
  const layers = shape.layersOfRun;
  const all = layers === 1 ? one : own(await makeOnnx(device, shape, tensors, layers));
  return {
    subject: all.subject,
    layers,
    copy: 'copy',
    row: { subject: all.subject.name, bytesNeeded: bytesNeeded(shape), maxError, note: all.note },
  };
}

/** The copy of all bytes; at prefill those of each kernel's bytes as well. */
async function copiesFor(
  device: GPUDevice,
  shape: QkvShape,
  separate: Separate,
  timing: MeasureOptions,
): Promise<(Candidate & { destroy(): void })[]> {
  const wanted = new Map([['copy', { q: shape.qBytes, k: shape.kBytes, pairs: 2 as 1 | 2 }]]);
  if (shape.work.tokens > 1) {
    for (const { copy } of separate.kernels) wanted.set(copyName(copy), { ...copy, pairs: 1 });
  }
  const copies: (Candidate & { destroy(): void })[] = [];
  for (const [name, bytes] of wanted) {
    const { encode, note, destroy } = await makeCopy(device, bytes, timing);
    const moved = 2 * (bytes.q + bytes.pairs * bytes.k);
    copies.push({
      subject: { name, encode },
      layers: 1,
      copy: name,
      row: { subject: name, launches: 1, bytesMoved: moved, bytesNeeded: moved, note },
      destroy,
    });
  }
  return copies;
}

const copyName = ({ q, k }: { readonly q: number; readonly k: number }): string =>
  `copy of ${(q + k) / 2 ** 20} MiB${q > 0 ? ' in place' : ''}`;

function kernelCandidate({ name, encode, bytesMoved, note, copy }: SeparateKernel): Candidate {
  return {
    subject: { name, encode },
    layers: 1,
    copy: copyName(copy),
    row: { subject: name, launches: 1, bytesMoved, bytesNeeded: bytesMoved, note },
  };
}

/** Candidates and measurements are in the same order. */
function rowsOf(
  { model, work }: QkvSpec,
  candidates: readonly Candidate[],
  measured: readonly Measurement[],
): QkvRow[] {
  const times = measured.map(({ samplesMs }, i) => {
    const { medianMs, p20Ms, p80Ms } = summarise(samplesMs);
    const layers = candidates[i]?.layers ?? 1;
    return { medianMs: medianMs / layers, p20Ms: p20Ms / layers, p80Ms: p80Ms / layers };
  });
  const timeOf = (name: string): number =>
    times[candidates.findIndex(({ subject }) => subject.name === name)]?.medianMs ?? Number.NaN;
  return candidates.map(({ row, copy }, i) => {
    const time = times[i] as (typeof times)[0];
    return {
      model,
      work: work.name,
      ...row,
      ...time,
      copyShare: timeOf(copy) / time.medianMs,
      repeats: measured[i]?.repeats ?? 0,
    };
  });
}
