import { expect } from 'vitest';
import { ropeConfigFromHuggingFace } from '../../src/config/hugging-face';

export type Fragment = Record<string, unknown>;

/** A config that says everything there is to say, and the keys of a LongRoPE block that fit it. */
export const llama: Fragment = {
  model_type: 'llama',
  head_dim: 64,
  max_position_embeddings: 8192,
  rope_theta: 10000,
};
export const longrope = { short_factor: Array(32).fill(1), long_factor: Array(32).fill(2), factor: 2 };

/** Reads {@link llama} with some keys changed; undefined takes one away. */
export function read(extra: Fragment, layerType?: string) {
  return ropeConfigFromHuggingFace({ ...llama, ...extra }, { layerType });
}

/** Expects an error with exactly this text. */
export function expectMessage(call: () => unknown, message: string): void {
  expect(call).toThrow(new RegExp(`^${message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`));
}
