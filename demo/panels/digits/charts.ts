/** The three charts of the kernel's table: its error by pair, by position, and its size. */
import { bytes, integer, percent, scientific, significant } from '../../format';
import { adapterText } from '../../shell/adapter';
import type { Chart } from '../../widgets/chart';
import { series } from '../../widgets/colors';
import { powers, powerTicks } from './powers';
import type { TableSize } from './sizes';
import { capacity, type DigitsState } from './state';
import type { Limits, LookupResult } from './tasks';
import { productBound } from './two-digit';
import type { Octave } from './worst';

const twoDigitLegend = { label: 'two digits, as the kernel', color: series(0), mark: 'dot' } as const;
const fullLegend = { label: 'full table, a row a position', color: series(1), mark: 'dot' } as const;

/** Errors are drawn in these: ticks without exponents. */
const unit = 1e-8;
const unitText = '× 10⁻⁸';

const ofTwoDigit = ({ error }: { readonly error: number }): number => error / unit;
const ofFull = ({ fullError }: { readonly fullError: number }): number => fullError / unit;

/** Error of every pair at the position. */
export function drawErrors(chart: Chart, { position, pair }: DigitsState, { pairs }: LookupResult): void {
  const points = pairs.map(({ error, fullError }, i) => ({ pair: i, error, fullError }));
  const worst = points.reduce((a, b) => (b.error > a.error ? b : a));
  const worstFull = Math.max(...points.map(({ fullError }) => fullError));
  chart.draw(
    (plot) => ({
      x: {
        label: 'pair',
        domain: [-0.5, points.length - 0.5],
        tickFormat: integer,
        ...fewTicks(points.length),
      },
      y: { label: `distance from the true point, ${unitText}`, domain: [0, (productBound * 1.1) / unit] },
      marks: [
        plot.ruleX([pair], { stroke: 'var(--accent-soft)', strokeWidth: 8 }),
        plot.ruleY([0], { stroke: 'var(--edge)' }),
        plot.ruleY([productBound / unit], { stroke: 'var(--muted)', strokeDasharray: '4 4' }),
        plot.dot(points, { x: 'pair', y: ofFull, fill: series(1), r: 2.5, symbol: 'square' }),
        plot.dot(points, { x: 'pair', y: ofTwoDigit, fill: series(0), r: 3.5 }),
      ],
    }),
    {
      description:
        `Error of each of ${points.length} pairs at position ${position}: two digits at most ${scientific(worst.error, 2)}, ` +
        `at pair ${worst.pair}; a full table at most ${scientific(worstFull, 2)}.`,
      legend: [
        twoDigitLegend,
        fullLegend,
        {
          label: `what roundings can add up to, ${scientific(productBound, 2)}`,
          color: 'var(--muted)',
          mark: 'dash',
        },
      ],
      note:
        `Look for a pair above the dashed line: there can be none. At position ${integer(position)} the worst is pair ` +
        `${worst.pair}, off by ${scientific(worst.error, 2)}; a full table would be off by ${scientific(worstFull, 2)}.`,
      table: () => ({
        head: ['Pair', 'Two digits', 'Full table'],
        rows: points.map(({ pair, error, fullError }) => [pair, scientific(error), scientific(fullError)]),
      }),
    },
  );
}

/** The largest errors by octave of position. */
export function drawWorst(chart: Chart, octaves: readonly Octave[]): void {
  const worst = octaves.reduce((a, b) => (b.error > a.error ? b : a));
  const last = octaves.at(-1) ?? worst;
  const positionsSeen = octaves.reduce((sum, { positions }) => sum + positions, 0);
  const all = positionsSeen === capacity;
  const scope = all
    ? `All ${integer(capacity)} positions`
    : `${integer(positionsSeen)} of ${integer(capacity)} positions`;
  chart.draw(
    (plot) => ({
      x: {
        type: 'log',
        base: 2,
        label: 'position, by octave',
        domain: [1, capacity],
        tickFormat: powers,
        ticks: 5,
      },
      y: { label: `largest distance, ${unitText}`, domain: [0, (productBound * 1.1) / unit] },
      marks: [
        plot.ruleY([0], { stroke: 'var(--edge)' }),
        plot.ruleY([productBound / unit], { stroke: 'var(--muted)', strokeDasharray: '4 4' }),
        plot.lineY(octaves, { x: middle, y: ofFull, stroke: series(1), strokeDasharray: '6 3' }),
        plot.lineY(octaves, { x: middle, y: ofTwoDigit, stroke: series(0) }),
        plot.dot(octaves, { x: middle, y: ofTwoDigit, fill: series(0), r: 3 }),
      ],
    }),
    {
      description:
        `${scope}, all pairs: the largest error is ${scientific(worst.error)}, between positions ${worst.first} and ` +
        `${worst.last}; among the last ones, from ${last.first} on, it is ${scientific(last.error)}.`,
      legend: [
        { ...twoDigitLegend, mark: 'line' },
        { ...fullLegend, mark: 'dash' },
      ],
      note:
        `Look whether it grows to the right. ${scope}, every pair: at most ${scientific(worst.error)}; from position ` +
        `${integer(last.first)} on ${scientific(last.error)}. The rows are computed in float64, so a far position costs no more ` +
        'than a near one. Below the low digit’s base one row is exact, and the two tables agree.',
      table: () => ({
        head: ['From', 'To', 'Positions', 'Two digits', 'Full table'],
        rows: octaves.map((octave) => [
          integer(octave.first),
          integer(octave.last),
          integer(octave.positions),
          scientific(octave.error),
          scientific(octave.fullError),
        ]),
      }),
    },
  );
}

/** WebGPU's default of maxStorageBufferBindingSize, which every adapter has: 128 MiB. */
export const defaultBinding = 2 ** 27;

/** Pairs of a head of 128, as in most models: shown beside a smaller or larger one. */
export const usualPairs = 64;

/** Sizes of the chosen head's tables, and of the usual one's. */
export interface Sizes {
  readonly chosen: readonly TableSize[];
  readonly usual: readonly TableSize[];
}

/** Bytes of both tables by capacity, and what a binding holds. */
export function drawSizes(chart: Chart, pairs: number, { chosen, usual }: Sizes, limits: Limits): void {
  const atCapacity = (sizes: readonly TableSize[]): TableSize =>
    sizes.find((size) => size.capacity === capacity) ?? { capacity, twoDigit: Number.NaN, full: Number.NaN };
  const served = atCapacity(chosen);
  const isUsual = pairs === usualPairs;
  const bindings = [...new Set([defaultBinding, limits?.bindingBytes ?? defaultBinding])];
  const sentences = [sizeSentence(pairs, served), isUsual ? '' : sizeSentence(usualPairs, atCapacity(usual))];
  chart.draw(
    (plot) => ({
      x: { type: 'log', base: 2, label: 'positions served', tickFormat: powers, ticks: powerTicks(2 ** 24) },
      y: { type: 'log', label: 'bytes', tickFormat: bytes, ticks: 6 },
      marginLeft: 66,
      marks: [
        plot.ruleY(bindings, { stroke: 'var(--fail)', strokeDasharray: '4 4' }),
        plot.ruleX([capacity], { stroke: 'var(--edge)', strokeDasharray: '2 3' }),
        isUsual ? null : plot.lineY(usual, { x: 'capacity', y: 'full', stroke: series(1), ...thinLine }),
        isUsual ? null : plot.lineY(usual, { x: 'capacity', y: 'twoDigit', stroke: series(0), ...thinLine }),
        plot.lineY(chosen, { x: 'capacity', y: 'full', stroke: series(1) }),
        plot.lineY(chosen, { x: 'capacity', y: 'twoDigit', stroke: series(0) }),
        plot.dot([served], { x: 'capacity', y: 'full', fill: series(1), r: 4, symbol: 'square' }),
        plot.dot([served], { x: 'capacity', y: 'twoDigit', fill: series(0), r: 4 }),
      ],
    }),
    {
      description:
        `Bytes of a table of ${pairs} pairs by positions, both logarithmic. For ${integer(capacity)} positions two digits take ` +
        `${bytes(served.twoDigit)}, a full table ${bytes(served.full)}. ${bindingSentence(pairs, served, limits)}`,
      legend: [
        { ...twoDigitLegend, mark: 'line' },
        { ...fullLegend, mark: 'line' },
        ...(isUsual
          ? []
          : [{ label: `the same for ${usualPairs} pairs`, color: 'var(--muted)', mark: 'dash' } as const]),
        { label: `one binding: ${bindings.map(bytes).join(', here ')}`, color: 'var(--fail)', mark: 'dash' },
      ],
      note:
        'A full table doubles with the positions, two digits with their square root. ' +
        `${sentences.join('')}${bindingSentence(isUsual ? pairs : usualPairs, isUsual ? served : atCapacity(usual), limits)}`,
      table: () => ({
        head: [
          'Positions',
          'Two digits',
          'Full table',
          `Two digits, ${usualPairs} pairs`,
          `Full table, ${usualPairs} pairs`,
        ],
        rows: chosen.map((size, at) => [
          integer(size.capacity),
          bytes(size.twoDigit),
          bytes(size.full),
          bytes(usual[at]?.twoDigit ?? Number.NaN),
          bytes(usual[at]?.full ?? Number.NaN),
        ]),
      }),
    },
  );
}

const thinLine = { strokeDasharray: '3 4', strokeWidth: 1 };

function sizeSentence(pairs: number, { full, twoDigit }: TableSize): string {
  return (
    `${integer(capacity)} positions of ${pairs} pairs: ${bytes(twoDigit)} against ${bytes(full)}, ` +
    `${significant(full / twoDigit)} times as much. `
  );
}

/** What a binding of the adapter at hand holds of a full table, and what WebGPU promises everywhere. */
function bindingSentence(pairs: number, { full }: TableSize, limits: Limits): string {
  const holds = Math.floor(defaultBinding / (full / capacity));
  const everywhere =
    `WebGPU promises bindings of ${bytes(defaultBinding)}, enough for a full table of ${integer(holds)} ` +
    `positions of ${pairs} pairs`;
  if (!limits) return `${everywhere}; there is no adapter here to ask for more.`;
  const { adapter, bindingBytes } = limits;
  const fits =
    full > bindingBytes
      ? `too few for ${integer(capacity)}`
      : `of which ${integer(capacity)} positions fill ${percent(full / bindingBytes)}`;
  return `${everywhere}; ${adapterText(adapter)} can be asked for ${bytes(bindingBytes)}, ${fits}.`;
}

/** An octave's place on a logarithmic axis; position 0 stands at 1. */
function middle({ first, last }: Octave): number {
  return Math.max(1, Math.sqrt(first * last));
}

function fewTicks(count: number): { ticks?: number[] } {
  return count <= 8 ? { ticks: Array.from({ length: count }, (_, i) => i) } : {};
}
