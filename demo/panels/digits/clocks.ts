import { degreesOf, withinTurn } from '../../angles';
import { svg } from '../../dom';
import { integer, significant } from '../../format';
import { type Clock, clockCell, clockGrid, clockRadius } from '../../widgets/clocks';
import { figureFrame } from '../../widgets/figure';
import { baseText } from './numerals';
import type { View } from './odometer';

/** Clocks up to which each has its wavelength below it. */
const mostLabelled = 16;

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
        clock.element.classList.toggle('chosen', i === pair);
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

/** Lays out the faces, the fastest pair first. */
function layOut(drawing: SVGSVGElement, frequencies: Float64Array): Clock[] {
  const count = frequencies.length;
  const columns = count <= 16 ? 4 : count <= 64 ? 8 : 16;
  const labelled = count <= mostLabelled;
  const clocks = clockGrid(drawing, count, columns, labelled ? 24 : 0);
  for (const [pair, { element }] of clocks.entries()) {
    element.classList.add('clock');
    element.dataset.pair = String(pair);
    element.prepend(svg('circle', { class: 'ring', r: clockRadius + 6 }));
    if (labelled) {
      const words = `↻ ${wavelength(frequencies, pair)}`;
      element.append(svg('text', { class: 'wavelength', y: clockCell / 2 + 14 }, words));
    }
  }
  return clocks;
}

/** Positions in a full turn of a pair, in words. */
export function wavelength(frequencies: Float64Array, pair: number): string {
  const positions = (2 * Math.PI) / (frequencies[pair] ?? Number.NaN);
  return positions >= 1000 ? integer(Math.round(positions)) : significant(positions);
}

export function degrees(angle: number): string {
  return `${degreesOf(angle).toFixed(1)}°`;
}
