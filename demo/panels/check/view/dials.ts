import { degreesOf } from '../../../angles';
import { h, svg } from '../../../dom';
import { integer, significant } from '../../../format';
import { type Clock, clockGrid } from '../../../widgets/clocks';
import { slider } from '../../../widgets/slider';
import { numbersTable, scrollBox } from '../../../widgets/table';
import type { Choice } from '../choice';
import { angleAt, elementsOfPair, type Model, wavelength } from '../model';

/**
 * The pairs as clock hands: each pair of a head turns by its own frequency, position by position. The hand is where it
 * stands at a position, the wedge what one token turned it by.
 */
export function createDials(root: HTMLElement): (model: Model, choice: Choice) => void {
  const drawing = svg('svg', { role: 'img', class: 'dials' });
  const caption = h('p', { class: 'note', id: 'dials-caption' });
  const table = scrollBox('Angles by pair');
  const details = h('details', {}, h('summary', {}, 'Numbers'), table);
  const position = slider({
    id: 'position',
    label: 'Position',
    min: 0,
    max: 1,
    value: 0,
    format: integer,
    onInput: draw,
  });
  root.append(
    h(
      'p',
      {},
      'RoPE turns each pair of numbers in a head like the hand of a clock, each pair at its own speed. ',
      'Attention then sees only the angle between two hands, that is, how far apart two tokens are.',
    ),
    h('figure', {}, drawing, position.element, h('figcaption', {}, caption)),
    details,
  );

  let model: Model;
  let clocks: Clock[] = [];
  function draw(): void {
    const at = position.value;
    for (const [pair, clock] of clocks.entries())
      clock.turn(angleAt(model, pair, at), angleAt(model, pair, 1));
    drawing.setAttribute('aria-label', describe(model, at));
    if (details.open) table.replaceChildren(angleTable(model, at));
  }
  details.addEventListener('toggle', draw);

  return (nextModel, choice) => {
    if (nextModel !== model) {
      model = nextModel;
      const pairs = pairsOf(model);
      clocks = clockGrid(drawing, pairs, columnsFor(pairs));
      caption.textContent = captionOf(model);
    }
    position.setRange(choice.start, choice.start + Math.max(choice.tokens, 64) - 1);
    position.set(choice.start + choice.tokens - 1);
    draw();
  };
}

function pairsOf({ frequencies }: Model): number {
  return frequencies.inverseFrequencies.length;
}

/** As near to a square as full rows allow: 8 for 32 and 64, 16 for 128. */
function columnsFor(pairs: number): number {
  const least = Math.ceil(Math.sqrt(pairs));
  for (let columns = least; columns <= 2 * least; columns++) if (pairs % columns === 0) return columns;
  return least;
}

function captionOf(model: Model): string {
  const pairs = pairsOf(model);
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
  const pairs = pairsOf(model);
  const shown = [0, Math.floor(pairs / 4), Math.floor(pairs / 2), pairs - 1];
  const angles = shown.map((pair) => `pair ${pair} at ${degrees(angleAt(model, pair, position))} degrees`);
  return `${pairs} clock faces, one a pair, at position ${position}: ${angles.join(', ')}.`;
}

function degrees(angle: number): string {
  return degreesOf(angle).toFixed(1);
}

function angleTable(model: Model, position: number): HTMLTableElement {
  return numbersTable(
    {
      head: ['Pair', 'Elements', 'Radians a token', 'Tokens a turn', 'Angle here'],
      rows: Array.from(model.frequencies.inverseFrequencies, (frequency, pair) => [
        pair,
        elementsOfPair(model, pair).join(', '),
        significant(frequency, 5),
        significant(wavelength(model, pair), 4),
        `${degrees(angleAt(model, pair, position))}°`,
      ]),
    },
    `Frequencies, and angles at position ${position}`,
  );
}
