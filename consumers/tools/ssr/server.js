// A server that renders the same modules as the page: there is no WebGPU there, and importing does nothing.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

assert.equal(globalThis.navigator?.gpu, undefined);
const before = Object.getOwnPropertyNames(globalThis);
const { requestRopeDevice, ropeConfigFromHuggingFace, ropeFrequencies } = await import('webgpu-rope');
const { createAdditive } = await import('webgpu-rope/additive');
const { contextReport } = await import('webgpu-rope/analysis');
const { alibiSlopes } = await import('webgpu-rope/bias');
await import('webgpu-rope/reference');
assert.deepEqual(Object.getOwnPropertyNames(globalThis), before);

// What is no kernel works on the server.
const config = ropeConfigFromHuggingFace({
  model_type: 'llama',
  head_dim: 128,
  num_hidden_layers: 1,
  rope_theta: 500_000,
});
assert.equal(ropeFrequencies(config).inverseFrequencies.length, 64);
assert.equal(alibiSlopes(8).length, 8);
assert.equal(typeof contextReport, 'function');

// What is one says why it does not, whoever calls it.
await assert.rejects(requestRopeDevice(), /^TypeError: navigator\.gpu: expected WebGPU, got undefined/);
await assert.rejects(
  createAdditive(undefined, { type: 'sinusoidal', dim: 32 }),
  /^TypeError: device: expected a GPUDevice/,
);

// A CommonJS server gets the same modules.
assert.equal(createRequire(import.meta.url)('webgpu-rope').requestRopeDevice, requestRopeDevice);
console.log(JSON.stringify({ node: process.versions.node }));
