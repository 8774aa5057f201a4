import {
  type RopeConfig,
  type RopeFrequencies,
  ropeConfigFromHuggingFace,
  ropeFrequencies,
} from 'webgpu-rope';
import type { Preset } from '../../../bench/presets';
import { presetBySlug } from '../../../bench/presets';
import type { Choice } from './choice';

/** A preset as the package reads it: all that the page shows without a GPU. */
export interface Model {
  readonly preset: Preset;
  readonly config: RopeConfig;
  readonly frequencies: RopeFrequencies;
}

const known = new Map<string, Model>();

/** Reads a preset's config; remembered. */
export function modelOf(slug: string): Model {
  let model = known.get(slug);
  if (!model) {
    const preset = presetBySlug(slug);
    const config = ropeConfigFromHuggingFace(preset.config);
    model = { preset, config, frequencies: ropeFrequencies(config) };
    known.set(slug, model);
  }
  return model;
}

/** Bytes of Q and K together. */
export function tensorBytes({ preset, config }: Model, { tokens, dtype }: Choice): number {
  return tokens * (preset.qHeads + preset.kHeads) * config.headDim * (dtype === 'f32' ? 4 : 2);
}

/** Angle of a pair at a position, in radians from 0 to 2π. */
export function angleAt(model: Model, pair: number, position: number): number {
  const turn = 2 * Math.PI;
  return (position * (model.frequencies.inverseFrequencies[pair] ?? 0)) % turn;
}

/** Positions in one full turn of a pair. */
export function wavelength(model: Model, pair: number): number {
  return (2 * Math.PI) / Math.abs(model.frequencies.inverseFrequencies[pair] ?? 0);
}

/** The elements of a head that a pair rotates. */
export function elementsOfPair({ config }: Model, pair: number): [number, number] {
  return config.pairing === 'half' ? [pair, pair + config.rotaryDim / 2] : [2 * pair, 2 * pair + 1];
}
