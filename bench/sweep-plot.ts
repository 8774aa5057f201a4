import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { quantile } from './harness/stats';
import type { SweepAxis, SweepResult, SweepRow } from './schema';

const titles: Readonly<Record<SweepAxis, { title: string; x: string }>> = {
  tokens: { title: 'Tokens, 32 + 8 heads of 128', x: 'tokens' },
  heads: { title: 'Heads, 512 tokens, one of K for four of Q', x: 'heads of Q' },
  positions: { title: 'Position of the first of 512 tokens', x: 'position' },
  batch: { title: 'Sequences of 128 tokens, 32 + 8 heads of 128', x: 'sequences' },
};

/** Told apart on white and on black, and by those who see fewer colours; the ceiling is grey. */
const colours = ['#2f81f7', '#d9822b', '#2da44e', '#bf5af2', '#d1477a', '#0fa3a3', '#a37b4c', '#7a7fd1'];
const grey = '#8b949e';

/** One line of a plot, in words: the subject, with the dtype where there are several. */
interface Point extends Pick<SweepRow, 'at' | 'medianMs' | 'p20Ms' | 'p80Ms'> {
  readonly line: string;
}

/** The sweeps of a result, in the order they were run. */
export function sweepsIn({ rows }: SweepResult): SweepAxis[] {
  return [...new Set(rows.map(({ sweep }) => sweep))];
}

/** Several runs of the same sweeps as one: of every row the median of the medians, of p20 and of p80. */
export function mergeSweeps(runs: readonly SweepResult[]): SweepResult {
  const [first] = runs;
  if (!first) throw new RangeError('runs: expected at least one, got none');
  const keyOf = ({ sweep, at, dtype, subject }: SweepRow): string => `${sweep} ${at} ${dtype} ${subject}`;
  const rows = first.rows.map((row) => {
    const same = runs.flatMap((run) => run.rows.filter((other) => keyOf(other) === keyOf(row)));
    const middle = (key: 'medianMs' | 'p20Ms' | 'p80Ms'): number =>
      quantile(
        same.map((other) => other[key]),
        0.5,
      );
    return { ...row, medianMs: middle('medianMs'), p20Ms: middle('p20Ms'), p80Ms: middle('p80Ms') };
  });
  return { ...first, rows };
}

/**
 * Draws one sweep as an SVG of its own, light or dark as its reader prefers: time over the axis, both logarithmic, with
 * the band from the 20th to the 80th percentile.
 *
 * @throws {RangeError} the result has no such sweep
 */
export function plotSweep({ environment, rows }: SweepResult, sweep: SweepAxis): string {
  const swept = rows.filter((row) => row.sweep === sweep);
  if (swept.length === 0) throw new RangeError(`sweep: expected one of the result's, got "${sweep}"`);
  const manyDtypes = new Set(swept.map(({ dtype }) => dtype)).size > 1;
  const points = swept.map(
    ({ subject, dtype, at, medianMs, p20Ms, p80Ms }): Point => ({
      line: manyDtypes ? `${subject} ${dtype}` : subject,
      at,
      medianMs,
      p20Ms,
      p80Ms,
    }),
  );
  const lines = [...new Set(points.map(({ line }) => line))];
  const coloured = lines.filter((line) => !line.startsWith('ceiling'));
  const colourOf = (line: string): string =>
    line.startsWith('ceiling') ? grey : (colours[coloured.indexOf(line) % colours.length] as string);
  const ticks = [...new Set(points.map(({ at }) => at))];
  const { title, x } = titles[sweep];
  const { adapter, software, browser, date } = environment;
  const source = `${adapter}${software ? ' (software)' : ''}, ${browser}, ${date.slice(0, 10)}`;
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = Plot.plot({
    document,
    width: 720,
    height: 400,
    marginTop: 44,
    marginLeft: 56,
    marginRight: 150,
    marginBottom: 40,
    style: { fontSize: '12px' },
    x: { type: 'log' },
    y: { type: 'log', label: null, grid: true, tickFormat: '~g' },
    color: { domain: lines, range: lines.map(colourOf) },
    marks: [
      // Said outright: a logarithmic axis labels powers only.
      Plot.axisX(ticks, { label: x, text: ticks.map(inShort) }),
      Plot.areaY(points, { x: 'at', y1: 'p20Ms', y2: 'p80Ms', fill: 'line', fillOpacity: 0.15 }),
      ...lines.map((line) =>
        Plot.lineY(
          points.filter((point) => point.line === line),
          {
            x: 'at',
            y: 'medianMs',
            stroke: 'line',
            strokeWidth: 2,
            marker: 'dot',
            ...(line.startsWith('ceiling') && { strokeDasharray: '5 4' }),
          },
        ),
      ),
      Plot.text(labelsOf(points, lines), {
        x: 'at',
        y: 'y',
        text: 'line',
        fill: 'line',
        textAnchor: 'start',
        dx: 10,
        fontWeight: 600,
      }),
      Plot.text([`${title}: ms`], {
        frameAnchor: 'top-left',
        dx: -46,
        dy: -40,
        fontSize: 14,
        fontWeight: 600,
      }),
      Plot.text([source], { frameAnchor: 'top-left', dx: -46, dy: -22, fillOpacity: 0.65 }),
    ],
  });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', `Time in milliseconds. ${title}. ${source}`);
  return `${svg.outerHTML.replace(/<style>/, `<style>${scheme}`)}\n`;
}

/** 131 071 as "131k", 16 776 704 as "16.8M"; up to four digits as they are. */
function inShort(value: number): string {
  if (value < 10_000) return String(value);
  return value < 1e6 ? `${Math.round(value / 1e3)}k` : `${Number((value / 1e6).toPrecision(3))}M`;
}

/** Text and axes take this colour; the page behind shows through. */
const scheme = 'svg { color: #1f2328; } @media (prefers-color-scheme: dark) { svg { color: #e6edf3; } }\n';

/** A label at the end of each line, pushed apart where lines end together. Heights are logarithms. */
function labelsOf(points: readonly Point[], lines: readonly string[]) {
  const times = points.flatMap(({ p20Ms, p80Ms }) => [p20Ms, p80Ms]);
  const gap = Math.log(Math.max(...times) / Math.min(...times)) / 15;
  const ends = lines
    .map((line) => {
      const last = points.filter((point) => point.line === line).at(-1) as Point;
      return { line, at: last.at, y: Math.log(last.medianMs) };
    })
    .sort((a, b) => a.y - b.y);
  for (let i = 1; i < ends.length; i++) {
    const [below, above] = [ends[i - 1], ends[i]] as [(typeof ends)[0], (typeof ends)[0]];
    above.y = Math.max(above.y, below.y + gap);
  }
  return ends.map(({ line, at, y }) => ({ line, at, y: Math.exp(y) }));
}
