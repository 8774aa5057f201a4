import { degreesOf, slicePath } from '../../angles';
import { h, svg } from '../../dom';
import { significant, withMinus } from '../../format';
import { series } from '../../widgets/colors';
import { figureFrame } from '../../widgets/figure';
import { wide } from '../../widgets/frame';
import type { State } from './state';

/** One pair of a rotated query and key. Angles in radians, counted from the pair's first element to its second. */
export interface PairTurn {
  readonly pair: number;
  readonly query: number;
  readonly key: number;
  /** From key to query, -π to π. */
  readonly between: number;
  /** Its part of the score. */
  readonly part: number;
}

/** The pairs of a rotated query and key. */
export function pairTurns(
  query: ArrayLike<number>,
  key: ArrayLike<number>,
  pairing: State['pairing'],
): readonly PairTurn[] {
  const dim = query.length;
  const [step, partner] = pairing === 'half' ? [1, dim / 2] : [2, 1];
  return Array.from({ length: dim / 2 }, (_, pair) => {
    const at = (vector: ArrayLike<number>): readonly [number, number] => [
      vector[pair * step] ?? Number.NaN,
      vector[pair * step + partner] ?? Number.NaN,
    ];
    const [[qx, qy], [kx, ky]] = [at(query), at(key)];
    return {
      pair,
      query: Math.atan2(qy, qx),
      key: Math.atan2(ky, kx),
      between: Math.atan2(qy * kx - qx * ky, qx * kx + qy * ky),
      part: (qx * kx + qy * ky) / Math.sqrt(dim),
    };
  });
}

/** Faces drawn: enough to see fast and slow pairs, few enough to look at each. */
const faces = 8;
const radius = 40;

export interface Dials {
  readonly element: HTMLElement;
  draw(turns: readonly PairTurn[]): void;
}

/** The pairs of query and key as two hands of a clock: moving both turns both, and leaves what is between them. */
export function createDials(): Dials {
  const frame = figureFrame('turn-dials', 'Pairs of query and key as clock hands');
  wide(frame.element);
  const grid = h('div', { class: 'turn-faces' });
  frame.drawing.append(grid);
  let hands: readonly Face[] = [];
  return {
    element: frame.element,
    draw(turns) {
      const shown = shownPairs(turns.length);
      if (hands.map(({ pair }) => pair).join() !== shown.join()) {
        hands = shown.map(face);
        grid.replaceChildren(...hands.map(({ element }) => element));
      }
      for (const hand of hands) {
        const turn = turns[hand.pair];
        if (turn) hand.turn(turn);
      }
      frame.setWords({
        description: describe(turns, shown),
        legend: [
          { label: 'query', color: series(0) },
          { label: 'key', color: series(1), mark: 'dash' },
          { label: 'angle between them', color: 'var(--accent-soft)', mark: 'area' },
        ],
        table: () => ({
          head: ['Pair', 'Query', 'Key', 'Between', 'Part of the score'],
          rows: turns.map(({ pair, query, key, between, part }) => [
            pair,
            degrees(query),
            degrees(key),
            degrees(between),
            significant(part),
          ]),
        }),
        note:
          `${shown.length} of ${turns.length} pairs, fastest first, each with its angle and its part of the score. ` +
          'Move both: the hands turn together and the shaded angle stays. Move apart: the fast pairs open at once, the slow ones hardly.',
      });
      frame.element.dataset.drawn = 'true';
    },
  };
}

interface Face {
  readonly pair: number;
  readonly element: HTMLElement;
  turn(turn: PairTurn): void;
}

function face(pair: number): Face {
  const wedge = svg('path', { class: 'wedge' });
  const hand = (kind: string): SVGLineElement =>
    svg('line', { class: `hand of-${kind}`, x1: 0, y1: 0, x2: 0, y2: -radius + 7 });
  const [query, key] = [hand('query'), hand('key')];
  const words = h('span', { class: 'number' });
  const part = h('span', { class: 'number' });
  const drawing = svg(
    'svg',
    { viewBox: '-44 -44 88 88', 'aria-hidden': 'true' },
    svg('circle', { class: 'face', r: radius }),
    wedge,
    key,
    query,
  );
  return {
    pair,
    element: h('div', { class: 'turn-face' }, drawing, h('b', {}, `pair ${pair}`), words, part),
    turn(turn) {
      query.setAttribute('transform', `rotate(${degreesOf(turn.query).toFixed(2)})`);
      key.setAttribute('transform', `rotate(${degreesOf(turn.key).toFixed(2)})`);
      wedge.setAttribute('d', slicePath(turn.key, turn.between, radius - 7));
      words.textContent = degrees(turn.between);
      part.textContent = signed(turn.part);
    },
  };
}

/** Spread over all pairs, the first and the last among them. */
function shownPairs(pairs: number): number[] {
  const count = Math.min(faces, pairs);
  return Array.from({ length: count }, (_, n) => Math.round((n * (pairs - 1)) / (count - 1)));
}

function describe(turns: readonly PairTurn[], shown: readonly number[]): string {
  const words = shown.map((pair) => {
    const turn = turns[pair];
    return turn ? `pair ${pair} ${degrees(turn.between)}, ${signed(turn.part)} of the score` : '';
  });
  return `${shown.length} clock faces with a hand for the query and one for the key. Angle between them: ${words.join('; ')}.`;
}

function degrees(angle: number): string {
  return withMinus(`${Math.round(degreesOf(angle))}°`);
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}
