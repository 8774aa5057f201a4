import type { EncodingProperties } from 'webgpu-rope/analysis';
import { h } from '../../dom';
import { integer, significant, withMinus } from '../../format';
import type { Work } from '../../shell/work';
import { card, wide } from '../../widgets/frame';
import { progressBox } from '../../widgets/progress';
import { numbersTable, scrollBox } from '../../widgets/table';
import { encodingTitle } from './controls';
import { propertyHead, propertyLines, propertyRow } from './properties-words';
import type { Bias } from './rows';
import { isGrid, type State } from './state';
import type { MeasuredEncoding, SeeTasks } from './tasks';

/** The measured properties of the encoding that is shown; of a bias, the numbers that it is made of. */
export function createProperties() {
  const about = h('p', { class: 'note' }, 'Measured once the pictures are there.');
  const lines = h('dl', { class: 'see-facts' });
  const table = scrollBox('Numbers of the bias');
  const element = wide(card('see-properties', 'Properties, measured', about, lines, table));
  const title = element.querySelector('h2');
  table.hidden = true;
  const show = (heading: string, bias: boolean): void => {
    if (title) title.textContent = heading;
    lines.hidden = bias;
    table.hidden = !bias;
    busy(false);
  };
  const busy = (is: boolean): void => {
    element.classList.toggle('busy', is);
    if (is) element.setAttribute('aria-busy', 'true');
    else element.removeAttribute('aria-busy');
  };
  return {
    element,
    busy,
    draw(state: State, properties: EncodingProperties): void {
      show('Properties, measured', false);
      const { length, lengthPerAxis, dim, beyond } = properties;
      const where = isGrid(state)
        ? `the cells of a grid of ${lengthPerAxis} by ${lengthPerAxis}`
        : `the first ${integer(length)} positions`;
      const each = isGrid(state) ? ' on each axis' : '';
      about.textContent = `${encodingTitle(state)}, rows of ${dim}, measured on ${where}. Taken as trained: ${integer(beyond.trainedLength)} positions${each}; looked at past them: up to ${integer(beyond.targetLength)}.`;
      lines.replaceChildren(
        ...propertyLines(properties).map(({ name, value, words }) =>
          h(
            'div',
            {},
            h('dt', {}, name),
            h('dd', {}, h('strong', {}, value), h('span', { class: 'note' }, words)),
          ),
        ),
      );
    },
    drawBias(state: State, { table: numbers }: Bias): void {
      show('What the bias is made of', true);
      about.textContent =
        state.encoding === 'alibi'
          ? 'A slope a head: no weights, and no length at which it ends.'
          : `${integer(state.buckets * state.heads)} weights: one a bucket and head. All from the last bucket’s first distance on share it, so no length is the last.${unused(state.buckets - numbers.rows.length)}`;
      table.replaceChildren(
        numbersTable(
          { head: numbers.head, rows: numbers.rows.map((row) => row.map(cellText)) },
          'What the bias is made of',
        ),
      );
    },
  };
}

/** A key after the query is at least 1 away, but T5 has a bucket for 0 there as well. */
function unused(buckets: number): string {
  return buckets === 0 ? '' : ` Buckets that no distance meets: ${buckets}.`;
}

function cellText(value: number): string {
  if (value === Number.NEGATIVE_INFINITY) return 'all before';
  if (value === Number.POSITIVE_INFINITY) return 'all after';
  return withMinus(Number.isInteger(value) ? integer(value) : significant(value));
}

/** The table of all encodings and their properties, made when asked for. */
export function createCatalogue(
  work: Work<SeeTasks>,
  announce: (text: string) => void,
  report: (error: unknown) => void,
) {
  const button = h('button', { type: 'button', class: 'quiet', id: 'see-measure' }, 'Measure them all');
  const place = h('div', {}, button);
  const element = h(
    'details',
    { class: 'card wide', id: 'see-all' },
    h('summary', {}, 'All encodings side by side'),
    h(
      'p',
      {},
      'Rows of 64 dimensions, 1024 positions, schemes that extend RoPE set up for twice as many: the table of docs/properties.md, measured here and now. It takes some seconds, in the background.',
    ),
    place,
  );
  let running: AbortController | undefined;
  const measure = async (): Promise<void> => {
    const controller = new AbortController();
    running = controller;
    const box = progressBox(() => controller.abort(), 'see-all-');
    place.replaceChildren(box.element);
    box.show(0, 'measuring');
    box.element.querySelector('button')?.focus({ preventScroll: true });
    try {
      const entries = await work.run('catalogue', undefined, {
        signal: controller.signal,
        onProgress: box.show,
      });
      place.replaceChildren(tableOf(entries), notesOf(entries));
      announce(`${entries.length} encodings were measured.`);
    } catch (error) {
      const focused = place.contains(document.activeElement);
      place.replaceChildren(button);
      if (focused) button.focus({ preventScroll: true });
      if (!controller.signal.aborted) report(error);
    }
  };
  button.addEventListener('click', () => void measure());
  return { element, close: (): void => running?.abort() };
}

function tableOf(entries: readonly MeasuredEncoding[]): HTMLElement {
  const rows = entries.map(({ title, properties }) => propertyRow(title, properties));
  return scrollBox(
    'All encodings and their properties',
    numbersTable({ head: propertyHead, rows }, 'All encodings and their properties'),
  );
}

function notesOf(entries: readonly MeasuredEncoding[]): HTMLElement {
  return h(
    'details',
    {},
    h('summary', {}, 'What was chosen for each, and what comes past its length'),
    h(
      'ul',
      {},
      ...entries.map(({ title, note, properties }) =>
        h('li', {}, h('strong', {}, title), ` ${note} ${properties.beyond.sentence}`),
      ),
    ),
  );
}
