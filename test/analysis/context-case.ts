import { expect } from 'vitest';
import type { RopeConfigInput, RopeScaling } from 'webgpu-rope';

/** Llama-like: the case of docs/context.md. */
export const llama = { headDim: 128 } as const;
export const [trained, target] = [4096, 32_768];

/** The same, scaled. */
export const withScaling = (scaling: RopeScaling): RopeConfigInput => ({ ...llama, scaling });

export function expectClose(actual: number, expected: number, allowed: number): void {
  const message = `${actual} is not within ${allowed} of ${expected}`;
  expect(Math.abs(actual - expected) <= allowed, message).toBe(true);
}
