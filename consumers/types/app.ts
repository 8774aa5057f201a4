// The types of the package, as an application in strict TypeScript uses them.
import {
  createQkv,
  createRope,
  type Rope,
  type RopeLayer,
  requestRopeDevice,
  ropeConfigFromHuggingFace,
} from 'webgpu-rope';
import { createAdditive } from 'webgpu-rope/additive';
import { contextReport } from 'webgpu-rope/analysis';
import { createAttentionBias } from 'webgpu-rope/bias';
import { applyRopeReference } from 'webgpu-rope/reference';

export async function make(device: GPUDevice, buffer: GPUBuffer): Promise<RopeLayer> {
  const rope: Rope = await createRope(device, { headDim: 64 }, { dtypes: ['f32'] });
  // @ts-expect-error no such dtype: the types must be there, and not any
  rope.bind({ q: { buffer, heads: 3 }, dtype: 'f64' });
  // @ts-expect-error a buffer is a GPUBuffer
  rope.bind({ q: { buffer: 3, heads: 3 }, dtype: 'f32' });
  return rope.bind({ q: { buffer, heads: 3 }, dtype: 'f32' });
}

export async function fromNothing(configJson: unknown): Promise<number> {
  const device = await requestRopeDevice({ onLost: ({ message }) => console.warn(message) });
  const config = ropeConfigFromHuggingFace(configJson);
  return (await createRope(device, config)).capacity;
}

export const others = [createQkv, createAdditive, createAttentionBias, contextReport, applyRopeReference];
