import { h } from '../../dom';
import { integer, milliseconds, scientific, significant, withMinus } from '../../format';
import { type AdapterSummary, adapterText, type MissingGpu } from '../../shell/adapter';
import { series } from '../../widgets/colors';
import { heatMap } from '../../widgets/heat-map';
import type { Compared, Step } from './compare';
import { encodingTitle } from './controls';
import type { Picture } from './picture';
import type { Bias, Rows } from './rows';
import { columnsOf, dimsOf, isBias, isGrid, type State } from './state';

/** The encoding itself: a row a position, a column a dimension. */
export function createEncodingMap(onPick: (column: number, done: boolean) => void) {
  const marks = h('div', { class: 'see-marks' });
  let columns = 1;
  const map = heatMap({
    id: 'see-map',
    title: 'The encoding',
    aspect: 1,
    overlay: marks,
    onPick: (x, _, done) => onPick(Math.floor(x * columns), done),
  });
  return {
    element: map.element,
    busy: map.busy,
    draw(state: State, rows: Rows, picture: Picture, origin: string): void {
      columns = rows.columns;
      const { low, high } = picture;
      const unit = isBias(state) ? 'head' : 'dimension';
      const down = isBias(state) ? 'position of the key' : isGrid(state) ? 'cell, row by row' : 'position';
      const corner = isBias(state)
        ? 'Key \\ head'
        : isGrid(state)
          ? 'Cell \\ dimension'
          : 'Position \\ dimension';
      const size = `${integer(rows.count)} ${isGrid(state) ? 'cells' : 'positions'} by ${integer(rows.columns)} ${unit}s`;
      map.draw(
        {
          ...picture,
          x: { label: unit, domain: [-0.5, picture.width * picture.acrossBlock - 0.5], format: whole },
          y: { label: down, domain: [-0.5, picture.height * picture.downBlock - 0.5], format: whole },
          ...colorsOf(low, high),
        },
        {
          description: `Heat map of ${encodingTitle(state)}: ${size}, values from ${short(low)} to ${short(high)}. Each column is one ${unit}; those drawn as curves are ${dimsOf(state).join(', ')}.`,
          note: [adviceFor(state), meanOf(picture), rows.note, origin]
            .filter((text) => text !== '')
            .join(' '),
          table: () => encodingTable(rows, corner),
        },
      );
      drawMarks(state);
    },
    mark: drawMarks,
  };

  function drawMarks(state: State): void {
    const all = columnsOf(state);
    marks.replaceChildren(
      ...dimsOf(state).map((dim, n) =>
        h('i', {
          class: n === state.curve ? 'chosen' : undefined,
          style: `--mark: ${series(n)}; left: ${(100 * dim) / all}%; width: ${100 / all}%`,
        }),
      ),
    );
  }
}

/** What to look for. */
function adviceFor(state: State): string {
  if (isBias(state)) return 'Each column is what one head adds to the scores of one query.';
  if (state.encoding === 'learned') return 'Each row is the vector of one position.';
  return 'Read down a column to see one dimension run through the positions; read across for the vector of one position.';
}

function meanOf({ acrossBlock, downBlock }: Picture): string {
  const cells = acrossBlock * downBlock;
  return cells === 1
    ? ''
    : `A cell is the mean of ${integer(downBlock)} by ${integer(acrossBlock)}: what changes sign within one fades.`;
}

function encodingTable({ rows, count, columns }: Rows, corner: string) {
  const down = Math.ceil(count / 64);
  const across = Math.ceil(columns / 32);
  const shown = Array.from({ length: Math.ceil(columns / across) }, (_, n) => n * across);
  return {
    head: [corner, ...shown.map(String)],
    rows: Array.from({ length: Math.ceil(count / down) }, (_, n) => [
      integer(n * down),
      ...shown.map((column) => short(rows[n * down * columns + column] ?? Number.NaN)),
    ]),
  };
}

/** Similarity of all pairs of positions. */
export function createSimilarityMap() {
  const map = heatMap({ id: 'see-similarity', title: 'Similarity of positions', aspect: 1 });
  return {
    element: map.element,
    busy: map.busy,
    draw(state: State, compared: Compared, adapter: AdapterSummary | MissingGpu): void {
      const { picture, count, steps } = compared;
      const axis = {
        label: isGrid(state) ? 'cell, row by row' : 'position',
        domain: [-0.5, picture.width * picture.acrossBlock - 0.5] as const,
        format: whole,
      };
      map.draw(
        { ...picture, x: axis, y: axis, domain: [-1, 1], scheme: 'diverging' },
        {
          description: `Cosine similarity of ${integer(count)} ${isGrid(state) ? 'cells' : 'positions'} with one another, 1 on the diagonal. ${similarityWords(steps, isGrid(state))}`,
          note: [
            similarityWords(steps, isGrid(state)),
            meanOf(picture),
            comparisonText(compared, state, adapter),
          ]
            .filter((text) => text !== '')
            .join(' '),
          table: {
            head: ['Apart', 'Mean', 'Least', 'Greatest'],
            rows: steps.map((step) => [
              apartText(step),
              short(step.mean),
              short(step.least),
              short(step.greatest),
            ]),
          },
        },
      );
    },
  };
}

/** From the numbers: how alike neighbours are, how it goes on, and whether distance alone decides. */
export function similarityWords(steps: readonly Step[], grid: boolean): string {
  const [first] = steps;
  const last = steps.at(-1);
  if (!first || !last) return '';
  const spread = steps.reduce(
    (widest, step) => (step.greatest - step.least > widest.greatest - widest.least ? step : widest),
    first,
  );
  const width = spread.greatest - spread.least;
  const least = steps.reduce((lowest, step) => (step.least < lowest.least ? step : lowest), first);
  const lowest = least === last ? '' : `; the least seen is ${short(least.least)}, ${apartText(least)} apart`;
  return (
    `Neighbours have a similarity of ${short(first.mean)}; ${apartText(last)} apart it is ${short(last.mean)} on average${lowest}. ` +
    // Float32 rounding of a kernel's sum, far below what a picture shows.
    (width < 1e-4
      ? grid
        ? 'How two cells lie to one another decides, not where they are.'
        : 'Distance alone decides: each diagonal has one colour.'
      : `At one distance it differs by up to ${short(width)} (${apartText(spread)} apart): where the two stand matters too.`)
  );
}

function apartText({ along, distance }: Step): string {
  const names = { line: '', row: ` in a row`, column: ` in a column` } as const;
  return `${integer(distance)}${names[along]}`;
}

function comparisonText(
  { by, count, milliseconds: time, kernel }: Compared,
  state: State,
  adapter: AdapterSummary | MissingGpu,
): string {
  if (by === 'cpu' || 'why' in adapter) {
    const all = isGrid(state) ? state.side ** 2 : state.length;
    const first =
      count < all ? ` Only the first ${integer(count)} were compared: the CPU would take long for all.` : '';
    return `Compared by the CPU in float64, in ${milliseconds(time)}.${first}`;
  }
  return `Compared by the kernel on ${adapterText(adapter)} in ${milliseconds(time)}, upload and read-back included${kernel ? '' : ', of rows from the CPU'}.`;
}

/** "Made by the kernel on google swiftshader (software); largest difference from float64: 1.2e-7." */
export function originOf(
  compared: Compared | undefined,
  adapter: AdapterSummary | MissingGpu | undefined,
): string {
  if (!compared?.kernel || !adapter || 'why' in adapter) return 'Made by the CPU in float64.';
  const { difference } = compared.kernel;
  return `Made by the kernel on ${adapterText(adapter)}; largest difference from float64: ${scientific(difference, 2)}.`;
}

/** Similarity of one cell of a grid with all cells. */
export function createCellMap(onPick: (row: number, column: number) => void) {
  const ring = h('i', { class: 'chosen' });
  let side = 1;
  const map = heatMap({
    id: 'see-cell',
    title: 'One cell and all others',
    aspect: 1,
    overlay: h('div', { class: 'see-marks' }, ring),
    onPick: (x, y) => onPick(Math.floor(y * side), Math.floor(x * side)),
  });
  return {
    element: map.element,
    busy: map.busy,
    draw(state: State, cell: Float32Array): void {
      side = state.side;
      const { row, column } = state;
      const at = (r: number, c: number): number => cell[r * side + c] ?? Number.NaN;
      const axis = (label: string) => ({ label, domain: [-0.5, side - 0.5] as const, format: whole });
      const [right, below] = [
        column + 1 < side ? column + 1 : column - 1,
        row + 1 < side ? row + 1 : row - 1,
      ];
      const words = `Cell in row ${row}, column ${column}: ${short(at(row, right))} with the cell beside it, ${short(at(below, column))} with the one above or below it.`;
      map.draw(
        {
          values: cell,
          width: side,
          height: side,
          x: axis('column'),
          y: axis('row'),
          domain: [-1, 1],
          scheme: 'diverging',
        },
        {
          description: `Cosine similarity of one cell with all ${integer(side * side)}. ${words}`,
          note: `${words} Axes add up, so that a cross shows where row or column is the same. By the CPU in float64.`,
          table: () => ({
            head: ['Row \\ column', ...evenlySpread(side, 16).map(String)],
            rows: evenlySpread(side, 64).map((r) => [
              r,
              ...evenlySpread(side, 16).map((c) => short(at(r, c))),
            ]),
          }),
        },
      );
      Object.assign(ring.style, {
        left: `${(100 * column) / side}%`,
        top: `${(100 * row) / side}%`,
        width: `${100 / side}%`,
        height: `${100 / side}%`,
      });
    },
  };
}

/** What a bias adds to the scores of every query and key. */
export function createBiasMap() {
  const map = heatMap({ id: 'see-bias', title: 'Bias of query and key', aspect: 1 });
  return {
    element: map.element,
    busy: map.busy,
    draw(state: State, { picture, head, step }: Bias): void {
      const { low, high, values, width: size } = picture;
      const axis = (label: string) => ({
        label,
        domain: [-0.5 * step, (size - 0.5) * step] as const,
        format: whole,
      });
      const at = (query: number, key: number): string => short(values[query * size + key] ?? Number.NaN);
      const sampled = step > 1 ? ` One query and key in ${integer(step)} is drawn.` : '';
      const words = `Head ${head} adds ${at(0, 0)} where query and key are one token, ${at(size - 1, 0)} for the first key to the last query and ${at(0, size - 1)} the other way.`;
      map.draw(
        {
          ...picture,
          x: axis('position of the key'),
          y: axis('position of the query'),
          ...colorsOf(low, high),
        },
        {
          description: `Heat map of ${encodingTitle(state)}, head ${head}, for ${integer(size)} queries and keys: from ${short(low)} to ${short(high)}. ${words}`,
          note: `${words} Each diagonal has one colour: distance alone decides. The head is that of the chosen curve.${sampled}`,
          table: () => ({
            head: ['Query \\ key', ...evenlySpread(size, 16).map((key) => integer(key * step))],
            rows: evenlySpread(size, 32).map((query) => [
              integer(query * step),
              ...evenlySpread(size, 16).map((key) => at(query, key)),
            ]),
          }),
        },
      );
    },
  };
}

/** Evenly spread integers below `count`, `most` at most. */
function evenlySpread(count: number, most: number): number[] {
  const step = Math.ceil(count / most);
  return Array.from({ length: Math.ceil(count / step) }, (_, n) => n * step);
}

/** 0 in the middle of the ramp where there are both signs; else the ramp from end to end. */
function colorsOf(
  low: number,
  high: number,
): { domain: readonly [number, number]; scheme: 'diverging' | 'sequential' } {
  const extent = Math.max(-low, high);
  if (low < 0 && high > 0) return { domain: [-extent, extent], scheme: 'diverging' };
  return { domain: [low, high], scheme: 'sequential' };
}

/** Ticks only at whole numbers from 0 on; 1k for 1000, as the room beside the map is narrow. */
function whole(value: number): string {
  if (!Number.isInteger(value) || value < 0) return '';
  return value < 1000 ? String(value) : `${value / 1000}k`;
}

function short(value: number): string {
  return withMinus(significant(value));
}
