/**
 * Limits for what hangs, ms: tens of times what anything takes on two cores. No test is to end, or to pass, by how fast
 * the machine is.
 */
export const hangMs = 600_000;

/** For one thing that a page is waited for. */
export const waitMs = 180_000;
