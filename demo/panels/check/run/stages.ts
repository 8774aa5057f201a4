import type { Progress, Stage } from './types';

/** Where each stage begins on a bar of 1: by how long stages take, roughly. */
const begins: Readonly<Record<Stage, number>> = {
  device: 0,
  tables: 0.03,
  rotating: 0.1,
  checking: 0.12,
  timing: 0.5,
};

/** The part of a whole run that is done, 0 to 1. */
export function overall({ stage, share = 0 }: Progress): number {
  const begin = begins[stage];
  const end = Math.min(1, ...Object.values(begins).filter((other) => other > begin));
  return begin + (end - begin) * share;
}
