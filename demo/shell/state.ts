/** Milliseconds between two writes: Safari allows 100 changes of an address in 30 seconds, Chrome 200 in 10. */
const pace = 350;

/** Writes the newest of many queries into the address, at a pace that browsers allow. */
export interface AddressWriter {
  /** Replaces the query of the present history entry, now or soon. */
  write(query: string): void;
  /** Writes at once what still waits. */
  flush(): void;
}

export function createAddressWriter(): AddressWriter {
  let waiting: string | undefined;
  let timer = 0;
  const put = (query: string): void => {
    if (query !== location.search) history.replaceState(null, '', query + location.hash);
  };
  const flush = (): void => {
    clearTimeout(timer);
    timer = 0;
    if (waiting !== undefined) put(waiting);
    waiting = undefined;
  };
  return {
    write(query) {
      if (timer !== 0) {
        waiting = query;
        return;
      }
      put(query);
      timer = window.setTimeout(flush, pace);
    },
    flush,
  };
}
