import { degreesOf, slicePath } from '../angles';
import { svg } from '../dom';

/** One cell of the drawing, in its own units. */
export const clockCell = 100;
export const clockRadius = 40;
/** How far from the rim hands and slices end. */
const rim = 7;

/** A face with a hand, around the origin of its group. */
export interface Clock {
  readonly element: SVGGElement;
  /** Moves the hand; the slice before it is what the last step turned it by. Radians. */
  turn(angle: number, step: number): void;
}

/**
 * Draws clock faces, a row at a time, in place of what the drawing had.
 *
 * @param below Room below each face, for words.
 */
export function clockGrid(drawing: SVGSVGElement, count: number, columns: number, below = 0): Clock[] {
  const height = clockCell + below;
  drawing.setAttribute('viewBox', `0 0 ${columns * clockCell} ${Math.ceil(count / columns) * height}`);
  const clocks = Array.from({ length: count }, (_, n) => {
    const x = ((n % columns) + 0.5) * clockCell;
    const y = Math.floor(n / columns) * height + clockCell / 2;
    return clockAt(x, y);
  });
  drawing.replaceChildren(...clocks.map(({ element }) => element));
  return clocks;
}

function clockAt(x: number, y: number): Clock {
  const wedge = svg('path', { class: 'wedge' });
  const hand = svg('line', { class: 'hand', y2: rim - clockRadius });
  return {
    element: svg(
      'g',
      { transform: `translate(${x} ${y})` },
      svg('circle', { class: 'face', r: clockRadius }),
      svg('line', { class: 'noon', y1: -clockRadius, y2: rim - clockRadius }),
      wedge,
      hand,
    ),
    turn(angle, step) {
      hand.setAttribute('transform', `rotate(${degreesOf(angle).toFixed(2)})`);
      wedge.setAttribute('d', slicePath(angle - step, step, clockRadius - rim));
    },
  };
}
