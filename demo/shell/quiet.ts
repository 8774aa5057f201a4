/** How long nothing has to move before a screen reader is told of what there is to see, ms. */
const quietMs = 700;

/** Says the newest of many texts, once nothing newer has come for a while. */
export interface QuietVoice {
  say(text: string): void;
  /** What still waits is not said. */
  stop(): void;
}

export function quietVoice(announce: (text: string) => void): QuietVoice {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const stop = (): void => clearTimeout(waiting);
  return {
    say(text) {
      stop();
      waiting = setTimeout(() => announce(text), quietMs);
    },
    stop,
  };
}
