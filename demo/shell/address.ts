import type { PanelEntry } from './panel';

/** A view of the explorer, as an address names it. */
export interface View {
  readonly id: string;
  /** The panel's own keys. */
  readonly query: URLSearchParams;
  /** What the address asks for and is not here; empty where there is nothing. */
  readonly problem: string;
}

/** Keys of addresses from before there were panels; `npm start` still makes them. They belong to `check`. */
const olderKeys = ['autorun', 'preset', 'tokens', 'dtype', 'start'];

/** Reads a query string. Where it names no panel, or none that is here, the first of `panels` opens. */
export function viewFromQuery(search: string, panels: readonly Pick<PanelEntry, 'id'>[]): View {
  const query = new URLSearchParams(search);
  const asked = query.get('panel');
  query.delete('panel');
  const ids = panels.map(({ id }) => id);
  const first = ids[0] ?? '';
  if (asked === null) {
    const older = olderKeys.some((key) => query.has(key)) && ids.includes('check');
    return { id: older ? 'check' : first, query, problem: '' };
  }
  if (ids.includes(asked)) return { id: asked, query, problem: '' };
  const problem = `panel: expected one of ${ids.join(', ')}, got “${asked}”`;
  // The other keys were meant for the panel that is not here.
  return { id: first, query: new URLSearchParams(), problem };
}

/** The query string of a view: `?panel=see&base=10000`. */
export function queryOfView(id: string, state: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams({ panel: id });
  for (const [key, value] of Object.entries(state)) {
    if (key === 'panel')
      throw new RangeError('setQuery: expected keys other than "panel", which is the shell’s');
    if (value !== undefined) query.set(key, value);
  }
  return `?${query}`;
}
