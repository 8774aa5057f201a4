import { type RopeConfig, ropeConfigFromHuggingFace } from 'webgpu-rope';
import type { Preset } from '../presets';

/** What a preset's `config.json` says about positions. */
export function configOf({ config }: Preset): RopeConfig {
  return ropeConfigFromHuggingFace(config);
}
