import { h } from '../../dom';

export interface Player {
  readonly element: HTMLElement;
  stop(): void;
}

/** Milliseconds between steps; slower for those who asked for less motion. */
const pace = 150;
const calmPace = 1000;

/**
 * Back, Play and Forward. Playing goes on until it is stopped, or until a step leads nowhere.
 *
 * @param step Moves by one step, -1 or 1; false where there is nowhere to go.
 */
export function createPlayer(step: (direction: -1 | 1) => boolean): Player {
  let timer = 0;
  const button = (id: string, label: string, text: string): HTMLButtonElement =>
    h('button', { type: 'button', class: 'quiet', id, 'aria-label': label }, text);
  const back = button('back', 'One step back', '−');
  const play = h('button', { type: 'button', class: 'quiet', id: 'play' }, 'Play');
  const forward = button('forward', 'One step forward', '+');
  const stop = (): void => {
    clearInterval(timer);
    timer = 0;
    play.textContent = 'Play';
  };
  const start = (): void => {
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    timer = window.setInterval(() => step(1) || stop(), calm ? calmPace : pace);
    play.textContent = 'Stop';
  };
  play.addEventListener('click', () => (timer === 0 ? start() : stop()));
  back.addEventListener('click', () => step(-1));
  forward.addEventListener('click', () => step(1));
  return { element: h('div', { class: 'player' }, back, play, forward), stop };
}
