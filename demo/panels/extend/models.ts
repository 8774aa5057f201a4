import { type RopeConfig, ropeConfigFromHuggingFace } from 'webgpu-rope';
import { presetBySlug, presets } from '../../../bench/presets';

/** A preset as published. */
export interface PublishedModel {
  readonly config: RopeConfig;
  /** Tokens that it was trained on before it was extended. */
  readonly trained: number;
  /** As many times longer as its published scaling says; 8 times where it says nothing. */
  readonly target: number;
}

/** The longest target that the sliders reach. */
const longest = 2 ** 20;
/** How far a model is extended where its publisher does not say. */
const usualFactor = 8;

export const modelSlugs: readonly string[] = presets.map(({ slug }) => slug);

const known = new Map<string, PublishedModel>();

/** Reads a preset; remembered. @throws {RangeError} there is none of that slug */
export function publishedOf(slug: string): PublishedModel {
  let model = known.get(slug);
  if (!model) {
    const config = ropeConfigFromHuggingFace(presetBySlug(slug).config);
    const { scaling } = config;
    const trained =
      ('originalPositions' in scaling ? scaling.originalPositions : config.trainedPositions) ?? 2048;
    const factor = ('factor' in scaling ? scaling.factor : undefined) ?? usualFactor;
    model = { config, trained, target: Math.min(longest, trained * factor) };
    known.set(slug, model);
  }
  return model;
}

/** For lists: "Llama-3.1-8B". */
export function modelName(slug: string): string {
  return presetBySlug(slug).name;
}
