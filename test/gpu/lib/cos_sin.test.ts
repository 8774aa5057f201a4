import { test } from 'vitest';
import { createRope, type RopeConfigInput, type RopeOptions } from 'webgpu-rope';
import library from '../../../shaders/lib/cos_sin.wgsl?raw';
import { expectClose } from '../../support/compare';
import { getDevice, withErrorScope } from '../../support/gpu';
import { callLibrary, floatsOf } from '../../support/library-calls';
import harness from './cos_sin.wgsl?raw';

const positions = [0, 1, 4095, 4096, 131_071, 1_000_000];

interface Case {
  readonly name: string;
  readonly config: RopeConfigInput;
  readonly options: RopeOptions;
}

const yarn: RopeConfigInput = { headDim: 10, scaling: { type: 'yarn', factor: 32, originalPositions: 4096 } };

const cases: Case[] = [
  { name: '64 pairs, two digits', config: { headDim: 128, theta: 500_000 }, options: {} },
  { name: '3 pairs, two digits', config: { headDim: 6 }, options: {} },
  { name: '1 pair, two digits', config: { headDim: 2 }, options: { capacity: 1_000_001 } },
  { name: '5 pairs and an attention factor, two digits', config: yarn, options: {} },
  { name: '64 pairs, full', config: { headDim: 128 }, options: { table: 'full', capacity: 4097 } },
  // Its row 0 is not 1, so it must not be multiplied in.
  {
    name: '5 pairs and an attention factor, full',
    config: yarn,
    options: { table: 'full', capacity: 131_072 },
  },
  { name: '3 pairs, full', config: { headDim: 6 }, options: { table: 'full', capacity: 1_000_001 } },
];

test.each(cases)('cos_sin: $name', async ({ config, options }) => {
  const device = await getDevice();
  await withErrorScope(device, async (own) => {
    const rope = own(await createRope(device, config, options));
    const { table, frequencies } = rope.state;
    const { inverseFrequencies, attentionFactor } = frequencies!;
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    const shape = own(device.createBuffer({ size: 16, usage }));
    const { lowBits, highRows, row, capacity } = table;
    device.queue.writeBuffer(shape, 0, Uint32Array.of(lowBits, highRows, row, capacity));

    const places = positions
      .filter((position) => position < capacity)
      .flatMap((position) => Array.from(inverseFrequencies, (_, pair) => ({ position, pair })));
    const got = await callLibrary({
      code: library + harness,
      name: 'cos_sin',
      calls: places.map(({ position, pair }) => [position, pair, 0, 0]),
      reads: [shape, table.buffer],
    });
    // With s the attention factor, below 2, and e = 2^-24: an entry of the table is off by half a unit in the last place, s e at
    // most. Two digits: both vectors are off by sqrt(2) s e; their product by another sqrt(5) s e where it rounds to nearest
    // (Brent, Percival, Zimmermann), by twice that as WGSL may round.
    const relative = highRows === 0 ? 1 : 2 * Math.SQRT2 + 2 * Math.sqrt(5);
    const tolerance = relative * attentionFactor * 2 ** -24;
    const expected = places.flatMap(({ position, pair }) => {
      const angle = position * inverseFrequencies[pair]!;
      return [Math.cos(angle) * attentionFactor, Math.sin(angle) * attentionFactor];
    });
    const values = got.flatMap((words) => [...floatsOf(words).subarray(0, 2)]);
    expectClose(values, expected, tolerance, 'cos and sin');
  });
});
