import { arcPath, degreesOf, slicePath, withinTurn } from '../../angles';
import { h, svg } from '../../dom';
import { bytes, integer, scientific, withMinus } from '../../format';
import { card, wide } from '../../widgets/frame';
import { numbersTable, scrollBox } from '../../widgets/table';
import { degrees } from './clocks';
import { type DigitsState, lastPosition } from './state';
import type { LookupResult } from './tasks';
import type { Point } from './two-digit';

export interface LookupView {
  readonly element: HTMLElement;
  show(state: DigitsState, result: LookupResult): void;
}

const radius = 90;

/** What the kernel reads for one pair: two rows, their product, and how near it comes. */
export function createLookupView(): LookupView {
  const words = h('p', { class: 'lead-in' });
  const dial = svg('svg', { viewBox: '-100 -100 200 200', class: 'sum', role: 'img' });
  const rows = scrollBox('The two rows and their product');
  const total = h('p', { class: 'note' });
  const element = wide(
    card(
      'lookup',
      'What the kernel reads: a position of two digits',
      words,
      h('div', { class: 'two-rows' }, dial, rows),
      total,
    ),
  );
  return {
    element,
    show({ position, pair }, { high, low, lowBits, pairs, bytes: size }) {
      const pairLookup = pairs[pair];
      if (!pairLookup) return;
      const base = integer(2 ** lowBits);
      words.replaceChildren(
        'The kernel writes a position as two digits of base ',
        h('b', {}, base),
        ` and turns by both, one after the other: ${integer(position)} = `,
        h('b', { class: 'number high' }, `${integer(high)} × ${base}`),
        ' + ',
        h('b', { class: 'number low' }, integer(low)),
        `. For pair ${pair} it reads one row of each table and multiplies them as complex numbers.`,
      );
      const angles = [pairLookup.high, pairLookup.low, pairLookup.product].map(angleOf) as [
        number,
        number,
        number,
      ];
      dial.replaceChildren(...dialParts(...angles));
      dial.setAttribute(
        'aria-label',
        `The high digit turns pair ${pair} to ${degrees(angles[0])}, the low digit by ${degrees(angles[1])} more, to ${degrees(angles[2])}.`,
      );
      const row = (name: string, { cos, sin }: Point): string[] => [
        name,
        nineDigits(cos),
        nineDigits(sin),
        degrees(angleOf({ cos, sin })),
      ];
      rows.replaceChildren(
        numbersTable(
          {
            head: ['Row', 'cos', 'sin', 'angle'],
            rows: [
              row(`High row ${integer(high)}`, pairLookup.high),
              row(`Low row ${integer(low)}`, pairLookup.low),
              row('Product, float32', pairLookup.product),
              row('True, float64', pairLookup.truth),
              [
                'Off by',
                scientific(pairLookup.error, 2),
                `a full table: ${scientific(pairLookup.fullError, 2)}`,
                '',
              ],
            ],
          },
          `Pair ${pair} at position ${position}`,
        ),
      );
      total.textContent =
        `Both tables together take ${bytes(size)} and serve positions 0 to ${integer(lastPosition)}. ` +
        'The product is computed here as the kernel does, each operation rounded to float32.';
    },
  };
}

/** As many digits as show what float32 leaves out. */
function nineDigits(value: number): string {
  return withMinus(value.toFixed(9));
}

function angleOf({ cos, sin }: Point): number {
  return withinTurn(Math.atan2(sin, cos));
}

/** The high digit's turn as a wedge from noon, the low one's as a ring further out from there, and the hand. */
function dialParts(high: number, low: number, both: number): SVGElement[] {
  return [
    svg('circle', { class: 'face', r: radius }),
    svg('line', { class: 'noon', y1: -radius, y2: -radius + 12 }),
    svg('path', { class: 'high', d: slicePath(0, high, 50) }),
    svg('path', { class: 'low', d: arcPath(high, low, 68) }),
    svg('line', { class: 'hand', y2: -82, transform: `rotate(${degreesOf(both).toFixed(2)})` }),
  ];
}
