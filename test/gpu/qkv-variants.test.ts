import { expect, test } from 'vitest';
import { createRope } from 'webgpu-rope';
import code from '../../shaders/qkv.wgsl?linked';
import { QkvCore } from '../../src/qkv/core';
import { storageBuffersOf } from '../../src/qkv/stretches';
import { type Variant, variantOf, type Way } from '../../src/qkv/variant';
import { getDevice, withErrorScope } from '../support/gpu';
import {
  distinctLayers,
  inWords,
  kindsOfReads,
  type LayerBuffers,
  variantFor,
  ways,
} from '../support/qkv-roles';

// The modules of src/qkv/variant.ts are WGSL, for tensors apart and together, whatever a call reads.

const layers = distinctLayers();

/** Of each sort of layer one kind of reads; all of them of the last one. */
const variantsOf = (way: Way): { names: LayerBuffers; variant: Variant }[] =>
  layers.flatMap((names, i) => {
    const kinds = i === layers.length - 1 ? kindsOfReads : [kindsOfReads[i % 16]!];
    return kinds.map((reads) => ({ names, variant: variantFor(names, way, reads) }));
  });

test.each(ways)('%s: every variant compiles', async (way) => {
  const device = await getDevice();
  const variants = variantsOf(way);
  expect(variants.length).toBeGreaterThan(100);
  const errors = await Promise.all(
    variants.map(async ({ names, variant }) => {
      const module = device.createShaderModule({ code: variantOf(code, variant) });
      const { messages } = await module.getCompilationInfo();
      return messages.map(({ message }) => `${inWords(names)}: ${message}`);
    }),
  );
  expect(errors.flat().slice(0, 3)).toEqual([]);
});

const shared = { q: 'packed', k: 'packed', v: 'packed', qWeight: 'weights', kWeight: 'weights' };
// A software adapter takes seconds for each.
const pipelines = ways.flatMap((way) => [
  {
    what: `${way}: packed, by ids and slots`,
    variant: variantFor({ ...shared, kCache: 'k cache', vCache: 'v cache' }, way, {
      ids: true,
      offsets: false,
      rows: true,
      step: false,
    }),
  },
  {
    what: `${way}: apart, by a step and slots`,
    variant: variantFor({ q: 'q', k: 'k', v: 'v', kCache: 'cache', vCache: 'cache' }, way, {
      ids: false,
      offsets: false,
      rows: true,
      step: true,
    }),
  },
]);

test.each(pipelines)('a pipeline by the layouts of its bindings: $what', async ({ variant }) => {
  const device = await getDevice();
  const { bindings, reads, way } = variant;
  expect(storageBuffersOf(bindings, reads)).toBe(8);
  await withErrorScope(device, async (own) => {
    const rope = own(await createRope(device, { headDim: 64 }));
    const core = own(new QkvCore(rope.core));
    await device.createComputePipelineAsync({
      layout: device.createPipelineLayout({ bindGroupLayouts: core.layouts(bindings, reads) }),
      compute: {
        module: device.createShaderModule({ code: core.codeFor(variant, false) }),
        entryPoint: `qkv_${way}`,
      },
    });
  });
});
