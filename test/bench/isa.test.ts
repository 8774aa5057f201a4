import { beforeAll, describe, expect, test } from 'vitest';
import { barDriver, barFamily, barKernels, bars, isKept } from '../../bench/isa/bars';
import { driverName } from '../../bench/isa/compile';
import { type IsaRow, survey } from '../../bench/isa/survey';
import { missingTool, type Toolchain, toolchain } from '../../bench/isa/toolchain';

/** Why this machine cannot hold the kernels to their bars; undefined where it can. */
function hindrance(): string | undefined {
  const missing = missingTool();
  if (missing !== undefined) return missing;
  let driver: string;
  try {
    driver = driverName(barFamily, toolchain());
  } catch (error) {
    return `the driver does not compile here: ${String(error).split('\n')[0]}`;
  }
  return barDriver.test(driver) ? undefined : `the bars are those of ${barDriver.source}, this is ${driver}`;
}

const reason = hindrance();

describe.skipIf(reason !== undefined)(
  `instruction counts${reason === undefined ? '' : ` (skipped: ${reason})`}`,
  () => {
    let rows: readonly IsaRow[] = [];
    beforeAll(async () => {
      const tools: Toolchain = toolchain();
      ({ rows } = await survey(barKernels, barFamily, tools));
    });

    test.each(bars)('$name', (bar) => {
      const value = bar.measure(rows);
      expect(
        isKept(bar, value),
        `${value}, at most ${bar.atMost ?? '-'}, at least ${bar.atLeast ?? '-'}`,
      ).toBe(true);
    });
  },
);

test('bars have names of their own, and NaN keeps none', () => {
  expect(new Set(bars.map(({ name }) => name)).size).toBe(bars.length);
  for (const bar of bars) expect(isKept(bar, Number.NaN)).toBe(false);
});
