/** Ends a test run with one line, "N passed, N failed", after everything else that Vitest prints; before it, of a failed run, its seed. */
import { writeSync } from 'node:fs';
import type { SerializedError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';

export interface Totals {
  passed: number;
  failed: number;
}

/** A file that could not be loaded and an error outside every test count as one failure each: neither may look green. */
export function countTests(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Totals {
  const totals: Totals = { passed: 0, failed: unhandled.length };
  for (const module of modules) {
    let failedHere = 0;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') totals.passed++;
      if (state === 'failed') failedHere++;
    }
    if (failedHere === 0 && !module.ok()) failedHere = 1;
    totals.failed += failedHere;
  }
  return totals;
}

export class ClosingLineReporter implements Reporter {
  /** Until the run has ended it counts as one failure, so that a crash of the runner is no success either. */
  #totals: Totals = { passed: 0, failed: 1 };
  readonly #seed: number;

  /** @param seed That of the run's random cases. */
  constructor(seed: number) {
    this.#seed = seed;
  }

  onInit(): void {
    process.once('exit', () => {
      if (this.#totals.passed === 0) process.exitCode ||= 1;
      // Also of a test that ran out of time, and so threw nothing that could name it.
      if (this.#totals.failed > 0) writeSync(1, `the random cases of this run: SEED=${this.#seed}\n`);
      writeSync(1, `${this.#totals.passed} passed, ${this.#totals.failed} failed\n`);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    this.#totals = countTests(modules, unhandled);
  }
}
