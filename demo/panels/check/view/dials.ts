import { h, svg } from '../../../dom';
import { integer, significant } from '../../../format';
import type { Choice } from '../choice';
import { angleAt, elementsOfPair, type Model, wavelength } from '../model';

/** One cell of the drawing, in its own units. */
const cell = 100;
const radius = 40;

/**
 * The pairs as clock hands: each pair of a head turns by its own frequency, position by position. The hand is where it
 * stands at a position, the wedge what one token turned it by.
 */
export function createDials(root: HTMLElement): (model: Model, choice: Choice) => void {
  const drawing = svg('svg', { role: 'img', class: 'dials' });
  const slider = h('input', { type: 'range', id: 'position', min: 0, step: 1 });
  const readout = h('output', { for: 'position', class: 'number' });
  const caption = h('p', { class: 'note', id: 'dials-caption' });
  const table = h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Angles by pair' });
  const details = h('details', {}, h('summary', {}, 'The same as numbers'), table);
  root.append(
    h(
      'p',
      {},
      'RoPE turns each pair of numbers in a head like the hand of a clock, each pair at its own speed. ',
      'Attention then sees only the angle between two hands, that is, how far apart two tokens are.',
    ),
    h('figure', {}, drawing, h('figcaption', {}, caption)),
    h('div', { class: 'field slider' }, h('label', { for: 'position' }, 'Position'), readout, slider),
    details,
  );

  let model: Model;
  let hands: Hand[] = [];
  const draw = (): void => {
    const position = Number(slider.value);
    readout.textContent = integer(position);
    slider.setAttribute('aria-valuetext', `position ${position}`);
    for (const hand of hands) hand.turn(angleAt(model, hand.pair, position), angleAt(model, hand.pair, 1));
    drawing.setAttribute('aria-label', describe(model, position));
    if (details.open) table.replaceChildren(angleTable(model, position));
  };
  slider.addEventListener('input', draw);
  details.addEventListener('toggle', draw);

  return (nextModel, choice) => {
    if (nextModel !== model) {
      model = nextModel;
      hands = layOut(drawing, model);
      caption.textContent = captionOf(model);
    }
    const last = choice.start + choice.tokens - 1;
    slider.min = String(choice.start);
    slider.max = String(choice.start + Math.max(choice.tokens, 64) - 1);
    slider.value = String(last);
    draw();
  };
}

/** One dial: a face, the wedge of one token, a hand. */
interface Hand {
  readonly pair: number;
  turn(angle: number, step: number): void;
}

/** Draws the faces into a square, a row at a time, the fastest pair first. */
function layOut(drawing: SVGSVGElement, model: Model): Hand[] {
  const pairs = model.frequencies.inverseFrequencies.length;
  const columns = columnsFor(pairs);
  drawing.setAttribute('viewBox', `0 0 ${columns * cell} ${Math.ceil(pairs / columns) * cell}`);
  drawing.replaceChildren();
  return Array.from({ length: pairs }, (_, pair) => {
    const x = ((pair % columns) + 0.5) * cell;
    const y = (Math.floor(pair / columns) + 0.5) * cell;
    const wedge = svg('path', { class: 'wedge' });
    const hand = svg('line', { class: 'hand', x1: 0, y1: 0, x2: 0, y2: -radius + 7 });
    const face = svg('circle', { class: 'face', r: radius });
    const noon = svg('line', { class: 'noon', x1: 0, y1: -radius, x2: 0, y2: -radius + 7 });
    drawing.append(svg('g', { transform: `translate(${x} ${y})` }, face, noon, wedge, hand));
    return {
      pair,
      turn(angle, step) {
        hand.setAttribute('transform', `rotate(${((angle * 180) / Math.PI).toFixed(2)})`);
        wedge.setAttribute('d', wedgePath(angle - step, angle));
      },
    };
  });
}

/** As near to a square as full rows allow: 8 for 32 and 64, 16 for 128. */
function columnsFor(pairs: number): number {
  const least = Math.ceil(Math.sqrt(pairs));
  for (let columns = least; columns <= 2 * least; columns++) if (pairs % columns === 0) return columns;
  return least;
}

/** The slice between two angles, clockwise from noon. */
function wedgePath(from: number, to: number): string {
  const reach = radius - 7;
  const at = (angle: number): string =>
    `${(Math.sin(angle) * reach).toFixed(2)} ${(-Math.cos(angle) * reach).toFixed(2)}`;
  return `M0 0L${at(from)}A${reach} ${reach} 0 ${to - from > Math.PI ? 1 : 0} 1 ${at(to)}Z`;
}

function captionOf(model: Model): string {
  const pairs = model.frequencies.inverseFrequencies.length;
  const tail = model.config.headDim - model.config.rotaryDim;
  const rest = tail > 0 ? ` The other ${tail} elements of the head are left as they are.` : '';
  return (
    `${pairs} pairs of one head, fastest first. Hand: the angle at this position; shaded: what one token turns it by. ` +
    `Pair 0 comes round every ${significant(wavelength(model, 0))} tokens, ` +
    `pair ${pairs - 1} every ${integer(Math.round(wavelength(model, pairs - 1)))}.${rest}`
  );
}

/** The drawing in words. */
function describe(model: Model, position: number): string {
  const pairs = model.frequencies.inverseFrequencies.length;
  const shown = [0, Math.floor(pairs / 4), Math.floor(pairs / 2), pairs - 1];
  const angles = shown.map((pair) => `pair ${pair} at ${degrees(angleAt(model, pair, position))} degrees`);
  return `${pairs} clock faces, one a pair, at position ${position}: ${angles.join(', ')}.`;
}

function degrees(angle: number): string {
  return ((angle * 180) / Math.PI).toFixed(1);
}

function angleTable(model: Model, position: number): HTMLTableElement {
  const rows = Array.from(model.frequencies.inverseFrequencies, (frequency, pair) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, String(pair)),
      h('td', {}, elementsOfPair(model, pair).join(', ')),
      h('td', {}, significant(frequency, 5)),
      h('td', {}, significant(wavelength(model, pair), 4)),
      h('td', {}, `${degrees(angleAt(model, pair, position))}°`),
    ),
  );
  const heads = ['Pair', 'Elements', 'Radians a token', 'Tokens a turn', 'Angle here'];
  return h(
    'table',
    {},
    h('caption', { class: 'hidden' }, `Frequencies, and angles at position ${position}`),
    h('thead', {}, h('tr', {}, ...heads.map((name) => h('th', { scope: 'col' }, name)))),
    h('tbody', {}, ...rows),
  );
}
