import type { RopeFrequencies } from '../config/types';
import { checkInteger, wrongType } from '../errors';
import { ropeFrequencies } from '../frequencies';
import { type Rope, servedBy } from './rope';
import { maxCapacity, type RopeCore } from './rope-core';
import type { RopeState } from './table-state';

/** What tables that switch and grow add to a rope. */
export interface TableUpdateMethods {
  /**
   * Says how long the sequence is now: `dynamic` and `longrope` choose their frequencies by it. Where that changes them, a
   * new table takes the place of the old one for every encode from here on; encodes before it keep theirs.
   *
   * @returns whether keys that were rotated before are stale, and the state they were rotated by, for `rerotate`
   * @throws {RangeError} no integer of at least 0   @throws {TypeError} the caller brought the table
   */
  setSequenceLength(tokens: number): { staleKeys: boolean; previous: RopeState };
  /**
   * Makes room for so many positions, by a larger table of the same frequencies. Layers stay as they are; encodes before
   * it keep the old table. Does nothing where there is room already.
   *
   * @throws {RangeError} more than 2^24, or a full table that fits no binding
   */
  reserve(positions: number): void;
}

/** The methods for one rope. */
export function tableUpdateMethods(rope: Rope, core: RopeCore): TableUpdateMethods {
  let length = core.sequenceLength;
  const check = (): void => {
    core.checkAlive();
    if (!core.state.frequencies) throw wrongType('rope', 'one made from a config', 'one made from caches');
  };
  return {
    setSequenceLength(tokens) {
      check();
      const previous = core.state;
      const now = ropeFrequencies(rope.config, tokens);
      length = tokens;
      const { capacity } = previous.table;
      const serves = Math.min(capacity, servedBy(rope.config, tokens));
      // A sequence that shrinks again, or the next one, finds the table it had before.
      const known = core.states.find(
        (state) =>
          state.capacity === serves && state.table.capacity === capacity && areEqual(state.frequencies, now),
      );
      if (known) core.use(known);
      else core.switchTo(core.build(rope.config, capacity, tokens));
      return { staleKeys: !areEqual(previous.frequencies, now), previous };
    },
    reserve(positions) {
      check();
      checkInteger('positions', positions, 1, maxCapacity);
      if (positions > core.state.table.capacity) core.switchTo(core.build(rope.config, positions, length));
    },
  };
}

function areEqual(a: RopeFrequencies | null, b: RopeFrequencies): boolean {
  return (
    a?.attentionFactor === b.attentionFactor &&
    a.inverseFrequencies.every((frequency, pair) => frequency === b.inverseFrequencies[pair])
  );
}
