/** How long nothing has to move before a screen reader is told of what there is to see, ms. */
const quietMs = 700;

/** Announces the newest of many texts, once nothing newer has come for a while. */
export interface DebouncedAnnouncer {
  announce(text: string): void;
  /** What still waits is not announced. */
  stop(): void;
}

export function debouncedAnnouncer(announce: (text: string) => void): DebouncedAnnouncer {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const stop = (): void => clearTimeout(waiting);
  return {
    announce(text) {
      stop();
      waiting = setTimeout(() => announce(text), quietMs);
    },
    stop,
  };
}
