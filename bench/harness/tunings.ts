import { createRope, type RopeDtype, type RopeTuning } from 'webgpu-rope';
import { bytesPerElement } from '../../src/dtypes';
import { headGroups } from '../../src/kernel/tuning';
import { presetBySlug } from '../presets';
import { configOf } from './config';
import { type MeasureOptions, measure } from './measure';
import { makeRotation, type Setting } from './rotation';
import type { SettingSpec } from './row';
import { summarise } from './stats';

/** A setting and the tunings to try on it; plain data. */
export interface TuningSpec {
  readonly setting: SettingSpec;
  readonly tunings: readonly RopeTuning[];
}

/** What one tuning gave at one setting. */
export interface TuningTrial {
  readonly tuning: RopeTuning;
  readonly medianMs: number;
  readonly p20Ms: number;
}

/**
 * Times tunings against each other at one setting, in the order given. Those that come to the same launch are timed
 * once. All of them rotate the same buffers.
 */
export async function trialTunings(
  device: GPUDevice,
  { setting: spec, tunings }: TuningSpec,
  options: MeasureOptions,
): Promise<TuningTrial[]> {
  const preset = presetBySlug(spec.preset);
  const rotation = await makeRotation(device, { ...spec, preset, config: configOf(preset) });
  const { setting, q, k } = rotation;
  const { tokens, dtype, start } = setting;
  const owned: { destroy(): void }[] = [rotation];
  try {
    const subjects = new Map<string, { name: string; encode: (pass: GPUComputePassEncoder) => void }>();
    for (const tuning of tunings) {
      const name = launchOf(tuning, setting);
      if (subjects.has(name)) continue;
      const rope = await createRope(device, setting.config, {
        dtypes: [dtype],
        capacity: rotation.rope.capacity,
        tuning,
      });
      owned.push(rope);
      const layer = rope.bind({
        q: { buffer: q, heads: setting.preset.qHeads },
        k: { buffer: k, heads: setting.preset.kHeads },
        dtype,
      });
      subjects.set(name, { name, encode: (pass) => layer.encode(pass, { tokens, start }) });
    }
    const measured = await measure(device, [...subjects.values()], options);
    const times = new Map(measured.map(({ subject, samplesMs }) => [subject, summarise(samplesMs)]));
    return tunings.map((tuning) => {
      const { medianMs, p20Ms } = times.get(launchOf(tuning, setting)) as { medianMs: number; p20Ms: number };
      return { tuning, medianMs, p20Ms };
    });
  } finally {
    for (const object of owned) object.destroy();
  }
}

/** Units of a head, where 16-byte chunks serve it. */
const unitsOf = (rotaryDim: number, dtype: RopeDtype): number => rotaryDim / (32 / bytesPerElement(dtype));

/** The launch that a tuning comes to: workgroup size, head groups and order of loads, where 16-byte chunks serve the shape. */
function launchOf(tuning: RopeTuning, { config, preset, tokens, dtype }: Setting): string {
  const units = unitsOf(config.rotaryDim, dtype);
  const groups = headGroups(tuning, units * tokens, preset.qHeads + preset.kHeads);
  return `${tuning.workgroupSize} x ${groups}${tuning.firstHeadAhead ? ', the first head ahead' : ''}`;
}
