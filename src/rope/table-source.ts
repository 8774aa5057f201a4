import type { RopeConfig } from '../config/types';
import { checkInteger, outOfRange } from '../errors';
import { ropeFrequencies } from '../frequencies';
import { fullTable, fullTableBytes, type RopePhases, type RopeTable, twoDigitTable } from '../tables/tables';
import type { TableSource } from './state';

/** Positions that a table may have. */
export const maxCapacity = 2 ** 24;
/** Radians a position: the angle of 2^24 positions is then a float64 to 1e-7. */
const maxFrequency = 64;

/** How tables of a rope are built, each time anew. */
export interface TablePlan {
  readonly config: RopeConfig;
  readonly kind: RopeTable['kind'];
  readonly phases: RopePhases;
  /** Bytes that a table may have. */
  readonly room: number;
}

/**
 * Builds the table of so many positions, with the frequencies of a sequence of so many tokens.
 *
 * @throws {TypeError | RangeError} `capacity` is no count of positions, or a full table of it fits no binding
 */
export function buildTable(plan: TablePlan, capacity: number, sequenceLength?: number): TableSource {
  const { config, kind, phases, room } = plan;
  checkInteger('capacity', capacity, 1, { most: maxCapacity, unit: ' of positions' });
  const frequencies = ropeFrequencies(config, sequenceLength);
  const { inverseFrequencies } = frequencies;
  const tooFast = inverseFrequencies.find((frequency) => Math.abs(frequency) > maxFrequency);
  if (tooFast) {
    const expected = `from -${maxFrequency} to ${maxFrequency}, or a token table (createTokenTable)`;
    throw outOfRange('scaling.inverseFrequencies', expected, tooFast);
  }
  const pairs = inverseFrequencies.length;
  if (kind === 'full') checkFullTable(pairs, capacity, room);
  const table =
    kind === 'full' ? fullTable(frequencies, capacity, phases) : twoDigitTable(frequencies, capacity);
  return { frequencies, table, served: servedPositions(config, sequenceLength) };
}

/** Positions that frequencies for this length are right for: past the original ones, dynamic NTK changes with each. */
export function servedPositions({ scaling }: RopeConfig, sequenceLength = 0): number {
  if (scaling.type !== 'dynamic' && scaling.type !== 'longrope') return maxCapacity;
  if (sequenceLength <= scaling.originalPositions) return scaling.originalPositions;
  return scaling.type === 'dynamic' ? sequenceLength : maxCapacity;
}

/** @throws {RangeError} a full table of so many positions fits no binding */
export function checkFullTable(pairs: number, capacity: number, room: number, name = 'capacity'): void {
  const bytes = fullTableBytes(pairs, capacity);
  if (bytes <= room) return;
  const most = Math.floor(room / fullTableBytes(pairs, 1));
  const why = `a full table takes ${bytes} bytes, a binding ${room}`;
  const way = name === 'capacity' ? ', or table "two-digit"' : '';
  throw outOfRange(name, `at most ${most} positions (${why})${way}`, capacity);
}
