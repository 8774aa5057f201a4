import type { RopeFrequencies } from '../config/types';
import { checkInteger, wrongType } from '../errors';
import { ropeFrequencies } from '../frequencies';
import type { RopeCore } from './core';
import type { RopeState, TableState } from './state';
import { buildTable, maxCapacity, servedPositions, type TablePlan } from './table-source';

/** Chooses the frequencies of so many tokens. */
export function switchSequenceLength(
  core: RopeCore,
  tokens: number,
): { staleKeys: boolean; previous: RopeState } {
  const plan = checkPlan(core);
  const previous = core.state;
  const frequencies = ropeFrequencies(plan.config, tokens);
  core.sequenceLength = tokens;
  const { built } = previous;
  const served = Math.min(built, servedPositions(plan.config, tokens));
  // A sequence that shrinks again, or the next one, finds the table it had before.
  const isIt = (state: TableState): boolean =>
    state.table.capacity === served && state.built === built && areEqual(state.frequencies, frequencies);
  const known = core.states.find(isIt);
  if (known) core.use(known);
  else core.switchTo(buildTable(plan, built, tokens));
  return { staleKeys: !areEqual(previous.frequencies, frequencies), previous };
}

/** Makes room for so many positions. */
export function reservePositions(core: RopeCore, positions: number): void {
  const plan = checkPlan(core);
  checkInteger('positions', positions, 1, maxCapacity);
  if (positions > core.state.built) core.switchTo(buildTable(plan, positions, core.sequenceLength));
}

/** @throws {TypeError} the tables are the caller's own, and cannot be built anew */
function checkPlan(core: RopeCore): TablePlan {
  const { plan } = core.setup;
  if (!plan) throw wrongType('rope', 'one made from a config', 'one made from tables');
  return plan;
}

function areEqual(a: RopeFrequencies | null, b: RopeFrequencies): boolean {
  return (
    a?.attentionFactor === b.attentionFactor &&
    a.inverseFrequencies.every((frequency, pair) => frequency === b.inverseFrequencies[pair])
  );
}
