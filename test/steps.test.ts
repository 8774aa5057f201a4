/** How much the slow functions do: bounds on steps of code, twice what was counted. How long: `npm run bench:times`. */
import { expect, it } from 'vitest';
import { encodingCatalogue } from '../src/analysis/catalogue';
import { contextReport } from '../src/analysis/context';
import { encodingProperties } from '../src/analysis/properties';
import type { EncodingProperties } from '../src/analysis/properties-types';
import { applyRopeReference } from '../src/reference/rope';
import { countSteps } from './support/steps';

const stepsOf = await countSteps();

it('the reference of RoPE, 64 tokens x 40 heads x 64 pairs: a few steps each', async () => {
  const steps = await stepsOf(() =>
    applyRopeReference(new Float32Array(64 * 40 * 128).fill(0.5), {
      dtype: 'f32',
      heads: 40,
      headDim: 128,
      pairing: 'half',
      tokens: 64,
      positions: 0,
      inverseFrequencies: Array.from({ length: 64 }, (_, i) => 10_000 ** (-i / 64)),
    }),
  );
  expect(steps).toBeGreaterThan(64 * 40 * 64);
  expect(steps).toBeLessThan(10 * 64 * 40 * 64);
});

it('contextReport: 64 pairs, a target of 1 048 576: no step for each position', async () => {
  const config = { headDim: 128, theta: 500_000 };
  const near = await stepsOf(() => contextReport(config, 8192, 16_384));
  const far = await stepsOf(() => contextReport(config, 8192, 1_048_576));
  expect(far).toBeGreaterThan(64);
  expect(far).toBeLessThan(2 * near);
  expect(far).toBeLessThan(3_000_000);
});

it('encodingProperties: every entry of the catalogue, 256 positions of 64 dims', async () => {
  for (const { name, source } of encodingCatalogue()) {
    let measured: EncodingProperties | undefined;
    const steps = await stepsOf(() => {
      measured = encodingProperties(source, { length: 256 });
    });
    expect(measured).toMatchObject({ dim: 64, length: 256 });
    expect(steps, name).toBeGreaterThan(100_000);
    expect(steps, name).toBeLessThan(20_000_000);
  }
});
