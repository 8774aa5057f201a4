import { withinTurn } from '../../angles';
import { h } from '../../dom';
import { integer, scientific, significant } from '../../format';
import { figureFrame } from '../../widgets/figure';
import { baseText, digitsOf, digitText } from './numerals';
import { type DigitsState, lastPosition } from './state';

/** A wheel of the odometer: what its window shows, its neighbours on the wheel, and how often it comes round. */
interface Wheel {
  readonly place: number;
  readonly before: string;
  readonly value: string;
  readonly after: string;
  /** What one step of the wheel is worth, in positions. */
  readonly worth: number;
  /** Positions in a full turn. */
  readonly period: number;
  /** The same two, short enough to stand above and below the window. */
  readonly labels: readonly [worth: string, period: string];
}

/** More wheels than these say nothing more. */
const mostWheels = 24;

export interface View {
  readonly element: HTMLElement;
  show(state: DigitsState, frequencies: Float64Array): void;
}

/** The position as an odometer: whole digits of a base, or in RoPE's own base the quotients as angles. */
export function createOdometer(): View {
  const frame = figureFrame('odometer', 'The position as a number');
  const wheels = h('div', { class: 'wheels' });
  frame.drawing.append(wheels);
  frame.element.dataset.drawn = 'true';
  return {
    element: frame.element,
    show(state, frequencies) {
      const all = wheelsOf(state, frequencies);
      const shown = all.slice(0, mostWheels);
      // The highest place stands on the left, as numbers are written.
      wheels.classList.toggle('wide-digits', state.base === 'rope');
      wheels.replaceChildren(...shown.toReversed().map(wheelView));
      frame.setWords({
        description: describe(state, shown),
        note: noteOf(state, all),
        table: () => ({
          head: ['Place', state.base === 'rope' ? 'Angle, radians' : 'Digit', 'Worth', 'Turns over every'],
          rows: all.map(({ place, value, worth, period }) => [place, value, number(worth), number(period)]),
        }),
      });
    },
  };
}

function wheelsOf({ base, position }: DigitsState, frequencies: Float64Array): Wheel[] {
  if (base === 'rope') {
    return Array.from(frequencies, (frequency, place) => ({
      place,
      before: '',
      value: withinTurn(position * frequency).toFixed(2),
      after: '',
      worth: 1 / frequency,
      period: (2 * Math.PI) / frequency,
      labels: [short(1 / frequency), short((2 * Math.PI) / frequency)],
    }));
  }
  return digitsOf(position, base, lastPosition).map((digit, place) => ({
    place,
    before: digitText((digit + base - 1) % base),
    value: digitText(digit),
    after: digitText((digit + 1) % base),
    worth: base ** place,
    period: base ** (place + 1),
    labels: [power(base, place), power(base, place + 1)],
  }));
}

function wheelView({ before, value, after, labels: [worth, period] }: Wheel): HTMLElement {
  const faint = (text: string): HTMLElement | undefined =>
    text === '' ? undefined : h('span', { class: 'turned', 'aria-hidden': 'true' }, text);
  return h(
    'div',
    { class: 'wheel' },
    h('span', { class: 'worth' }, `×${thin}${worth}`),
    h('div', { class: 'window' }, faint(before), h('b', {}, value), faint(after)),
    h('span', { class: 'worth' }, `↻${thin}${period}`),
  );
}

function noteOf(state: DigitsState, all: readonly Wheel[]): string {
  const hidden = all.length - mostWheels;
  const rest = hidden > 0 ? ` The ${hidden} slower ones are in the numbers below.` : '';
  if (state.base === 'rope') {
    return (
      `Base ${baseText(state.theta, state.dim)}, which is theta^(2/d). ` +
      'Place i holds position ÷ base^i, as any base has it; but where a digit starts over at the base, RoPE starts over ' +
      `at a full turn, 2π. So each window shows the angle of a clock.${rest}`
    );
  }
  const lowest = all[0];
  return (
    `× is what a place counts, ↻ after how many positions it starts over: place i every ${state.base}^(i + 1). ` +
    `The lowest digit changes at every position, the next one only every ${lowest ? lowest.period : state.base}.`
  );
}

function describe({ base, position, theta, dim }: DigitsState, shown: readonly Wheel[]): string {
  const written = shown.toReversed().map(({ value }) => value);
  return base === 'rope'
    ? `Position ${position} in base ${baseText(theta, dim)}: angles of ${shown.length} places in radians, ` +
        `from the slowest: ${written.join(', ')}.`
    : `Position ${position} in base ${base}: ${written.join(' ')}.`;
}

/** A whole number as it is, others in three digits. */
function number(value: number): string {
  return Number.isInteger(value) ? integer(value) : significant(value, 4);
}

const thin = '\u202f';

/** A number that fits under a wheel. */
function short(value: number): string {
  if (value >= 1e5) return scientific(value, 2);
  return value >= 100 ? integer(Math.round(value)) : significant(value);
}

/** 10⁴. */
function power(base: number, exponent: number): string {
  const raised = String(exponent).replace(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(digit)));
  return exponent === 0 ? '1' : exponent === 1 ? String(base) : `${base}${raised}`;
}
