import { version } from '../../../package.json';
import { type PrecisionState, queryOfState } from './state';
import type { PlaceResult, SweepResult } from './tasks';

/** A measurement as JSON: what was asked, where it ran, and every error by position, pair, distance and storage. */
export function reportJson(
  state: PrecisionState,
  sweep: SweepResult,
  place: PlaceResult | undefined,
): string {
  const { runs, worst, equal, ...about } = sweep;
  const query = new URLSearchParams({ panel: 'precision', ...queryOfState(state) });
  const report = {
    version,
    date: new Date().toISOString(),
    browser: navigator.userAgent,
    address: `${location.origin}${location.pathname}?${query}`,
    state,
    ...about,
    positions: runs.map(({ last }) => last),
    worst: listsOf(worst),
    equal: listsOf(equal),
    ...(place && {
      place: { ...place, worst: listsOf(place.worst), scores: listsOf(place.scores) },
    }),
  };
  return `${JSON.stringify(report, null, 1)}\n`;
}

/** Seven digits hold a float32; more would only make the file long. */
function listsOf(arrays: Readonly<Record<string, ArrayLike<number> | undefined>>): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, values]) => [
      name,
      Array.from(values ?? [], (value) => Number(value.toPrecision(7))),
    ]),
  );
}
