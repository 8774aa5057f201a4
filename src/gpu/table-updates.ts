import { checkInteger, wrongType } from '../errors';
import { ropeFrequencies } from '../frequencies';
import type { Rope } from './rope';
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
  const fromConfig = () => {
    core.checkAlive();
    const { frequencies } = core.state;
    if (!frequencies) throw wrongType('rope', 'one made from a config', 'one made from caches');
    return frequencies;
  };
  return {
    setSequenceLength(tokens) {
      const old = fromConfig();
      const previous = core.state;
      const next = ropeFrequencies(rope.config, tokens);
      const staleKeys =
        next.attentionFactor !== old.attentionFactor ||
        next.inverseFrequencies.some((frequency, pair) => frequency !== old.inverseFrequencies[pair]);
      if (staleKeys) core.switchTo(next, previous.capacity);
      return { staleKeys, previous };
    },
    reserve(positions) {
      const frequencies = fromConfig();
      checkInteger('positions', positions, 1, maxCapacity);
      if (positions > core.state.capacity) core.switchTo(frequencies, positions);
    },
  };
}
