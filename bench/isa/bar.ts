import type { IsaRow } from './survey';

/** A count of a kernel that must not grow, or not shrink. */
export interface Bar {
  /** The kernel, its variant and what is counted: names the test. */
  readonly name: string;
  readonly atMost?: number;
  readonly atLeast?: number;
  /** @throws {RangeError} there is no such row */
  measure(rows: readonly IsaRow[]): number;
}
