/** Milliseconds between two writes: Safari allows 100 changes of an address in 30 seconds, Chrome 200 in 10. */
const pace = 350;

/** Writes the newest of many queries into the address, at a pace that browsers allow. */
export interface AddressWriter {
  /** Replaces the query of the present history entry, now or soon. */
  write(query: string): void;
  /** Writes at once what still waits. */
  flush(): void;
  /** Makes a history entry of its own for a query; what still waits goes to the one before. */
  push(query: string): void;
  /**
   * Whether the visitor went to another query, as with Back; asked at `popstate`. What still waits is dropped then: it
   * belongs to an entry that can no longer be written.
   */
  moved(): boolean;
}

export function createAddressWriter(): AddressWriter {
  let waiting: string | undefined;
  let timer = 0;
  /** The query of the present entry, as far as is known here. */
  let known = location.search;
  const writeNow = (query: string): void => {
    if (query !== location.search) history.replaceState(null, '', query + location.hash);
    known = location.search;
  };
  const dropWaiting = (): void => {
    clearTimeout(timer);
    timer = 0;
    waiting = undefined;
  };
  const flush = (): void => {
    if (waiting !== undefined) writeNow(waiting);
    dropWaiting();
  };
  return {
    write(query) {
      if (timer !== 0) {
        waiting = query;
        return;
      }
      writeNow(query);
      timer = window.setTimeout(flush, pace);
    },
    flush,
    push(query) {
      flush();
      history.pushState(null, '', query);
      known = location.search;
    },
    moved() {
      if (location.search === known) return false;
      known = location.search;
      dropWaiting();
      return true;
    },
  };
}
