import { svg } from '../../dom';
import { integer, significant } from '../../format';
import { figureFrame } from '../../widgets/figure';
import { baseText, withinTurn } from './numerals';
import type { View } from './odometer';

/** One cell of the drawing, in its own units. */
const cell = 100;
const radius = 40;
/** Clocks up to which each has its wavelength below it. */
const mostLabelled = 16;

interface Clock {
  turn(angle: number, step: number): void;
  choose(chosen: boolean): void;
}

/**
 * RoPE's pairs as clocks: the hand is the angle of a pair at the position, the wedge what one position turns it by.
 *
 * @param onPick A clock was clicked. Keys pick by the panel's slider.
 */
export function createClocks(onPick: (pair: number) => void): View {
  const frame = figureFrame('clocks', 'RoPE’s pairs as clock hands');
  const drawing = svg('svg', { class: 'dials clocks', 'aria-hidden': 'true' });
  frame.drawing.append(drawing);
  frame.element.dataset.drawn = 'true';
  drawing.addEventListener('click', ({ target }) => {
    const clock = (target as Element).closest<SVGGElement>('[data-pair]');
    if (clock) onPick(Number(clock.dataset.pair));
  });
  let drawn: Float64Array | undefined;
  let clocks: Clock[] = [];
  return {
    element: frame.element,
    show(state, frequencies) {
      if (drawn !== frequencies) {
        drawn = frequencies;
        clocks = layOut(drawing, frequencies);
      }
      const { position, pair, theta, dim } = state;
      const angleOf = (i: number): number => withinTurn(position * (frequencies[i] ?? 0));
      for (const [i, clock] of clocks.entries()) {
        clock.turn(angleOf(i), frequencies[i] ?? 0);
        clock.choose(i === pair);
      }
      const named = [...new Set([0, Math.floor(clocks.length / 2), clocks.length - 1])];
      const angles = named.map((i) => `pair ${i} at ${degrees(angleOf(i))}`);
      frame.setWords({
        description: `${clocks.length} clock faces, one a pair, at position ${position}: ${angles.join(', ')}. Pair ${pair} is chosen.`,
        note:
          `Hand: the angle at this position. Shaded: what one position turns it by. Each clock is ${baseText(theta, dim)} ` +
          `times slower than the one before, as each digit of a base is; pair ${pair}, in the ring, comes round every ` +
          `${wavelength(frequencies, pair)} positions.`,
        table: () => ({
          head: ['Pair', 'Radians a position', 'Wavelength, positions', 'Angle here'],
          rows: Array.from(frequencies, (frequency, i) => [
            i,
            significant(frequency, 5),
            wavelength(frequencies, i),
            degrees(angleOf(i)),
          ]),
        }),
      });
    },
  };
}

/** Draws the faces, a row at a time, the fastest pair first. */
function layOut(drawing: SVGSVGElement, frequencies: Float64Array): Clock[] {
  const count = frequencies.length;
  const columns = count <= 16 ? 4 : count <= 64 ? 8 : 16;
  const labelled = count <= mostLabelled;
  const height = labelled ? cell + 24 : cell;
  drawing.setAttribute('viewBox', `0 0 ${columns * cell} ${Math.ceil(count / columns) * height}`);
  drawing.replaceChildren();
  return Array.from(frequencies, (_, pair) => {
    const x = ((pair % columns) + 0.5) * cell;
    const y = Math.floor(pair / columns) * height + cell / 2;
    const wedge = svg('path', { class: 'wedge' });
    const hand = svg('line', { class: 'hand', x1: 0, y1: 0, x2: 0, y2: -radius + 7 });
    const group = svg(
      'g',
      { transform: `translate(${x} ${y})`, 'data-pair': pair, class: 'clock' },
      svg('circle', { class: 'ring', r: radius + 6 }),
      svg('circle', { class: 'face', r: radius }),
      svg('line', { class: 'noon', x1: 0, y1: -radius, x2: 0, y2: -radius + 7 }),
      wedge,
      hand,
      labelled
        ? svg('text', { class: 'wavelength', y: cell / 2 + 14 }, `↻ ${wavelength(frequencies, pair)}`)
        : undefined,
    );
    drawing.append(group);
    return {
      turn(angle, step) {
        hand.setAttribute('transform', `rotate(${((angle * 180) / Math.PI).toFixed(2)})`);
        wedge.setAttribute('d', wedgePath(angle - step, angle, radius - 7));
      },
      choose: (chosen) => group.classList.toggle('chosen', chosen),
    };
  });
}

/** The slice between two angles less than a turn apart, clockwise from noon. */
export function wedgePath(from: number, to: number, reach: number): string {
  const at = (angle: number): string =>
    `${(Math.sin(angle) * reach).toFixed(2)} ${(-Math.cos(angle) * reach).toFixed(2)}`;
  return `M0 0L${at(from)}A${reach} ${reach} 0 ${to - from > Math.PI ? 1 : 0} 1 ${at(to)}Z`;
}

/** Positions in a full turn of a pair, in words. */
export function wavelength(frequencies: Float64Array, pair: number): string {
  const positions = (2 * Math.PI) / (frequencies[pair] ?? Number.NaN);
  return positions >= 1000 ? integer(Math.round(positions)) : significant(positions);
}

export function degrees(angle: number): string {
  return `${((angle * 180) / Math.PI).toFixed(1)}°`;
}
