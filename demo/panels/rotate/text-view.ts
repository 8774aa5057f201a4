import { integer, scientific, significant } from '../../format';
import type { AdapterSummary, MissingGpu } from '../../shell/adapter';
import { type Chart, chartFigure } from '../../widgets/chart';
import { series } from '../../widgets/colors';
import { card, wide } from '../../widgets/frame';
import { createDials, pairTurns } from './dials';
import type { TokenPick } from './pick';
import { computedBy, createReadings } from './readings';
import { distanceOf, mostShift, positionsOf, type State } from './state';
import { farShift, type TextScores } from './text-scores';
import { tokensOf } from './tokens';

/**
 * Scores closer than this are the same to float32. The kernel's contract leaves an element 5e-7 of its pair, whose elements
 * are below 4 or so: two of those errors a product, each times 4, and 128 products by √128 make 1.8e-4; an attention factor,
 * squared, adds up to as much again. Rounded up.
 */
const roundingSpread = 1e-3;

/** Rows of a table that is read rather than plotted. */
const mostRows = 129;

export interface TextView {
  readonly figures: readonly HTMLElement[];
  /** The one of them that shows most at a glance. */
  readonly picture: HTMLElement;
  /** Shows its figures where the state has them, and says that newer drawings are on their way. */
  prepare(state: State): void;
  /** Returns what is to be said of it. */
  draw(state: State, scores: TextScores, adapter: AdapterSummary | MissingGpu): string;
}

/** Two tokens of a text: their score here, by distance, and while both move. */
export function createTextView(pick: TokenPick): TextView {
  const readings = createReadings('turn-readings');
  const top = wide(card('turn-tokens', 'Pick two tokens', pick.element, readings.element));
  const byDistance = chartFigure({ id: 'turn-distance-chart', title: 'Score as they move apart' });
  const byShift = chartFigure({ id: 'turn-shift-chart', title: 'Score while both move' });
  const dials = createDials();
  const figures = [top, byDistance.element, byShift.element, dials.element];
  return {
    figures,
    picture: byDistance.element,
    prepare({ mode }) {
      for (const figure of figures) figure.hidden = mode !== 'text';
      byDistance.busy(true);
      byShift.busy(true);
    },
    draw(state, scores, adapter) {
      const distance = distanceOf(state);
      const at = positionsOf(state);
      readings.show([
        {
          name: `Score, q·k / √${state.dim}`,
          value: significant(scores.score, 4),
          note: `${nameOf(state, 'query')} at position ${integer(at.query)}, ${nameOf(state, 'key')} at ${integer(at.key)}: ${apart(distance)}`,
        },
        {
          name: 'Both moved, rotated',
          value: scientific(scores.spread, 2),
          note: `largest less smallest score over ${mostShift + 1} places and ${integer(farShift)} further on (${significant(scores.far, 4)} there)${scores.spread < roundingSpread ? ': float32 rounding and no more' : ''}`,
        },
        {
          name: 'Both moved, positions added',
          value: significant(scores.additiveSpread),
          note: 'the same with sinusoidal rows added to both in place of a rotation: where they are shows',
        },
        computedBy(adapter, scores.elements, scores.difference),
      ]);
      drawDistance(byDistance, state, scores);
      drawShift(byShift, state, scores);
      dials.draw(pairTurns(scores.query, scores.key, state.pairing));
      return `Score ${significant(scores.score, 4)}, ${apart(distance)}.`;
    },
  };
}

function drawDistance(chart: Chart, state: State, { byDistance, score }: TextScores): void {
  const now = distanceOf(state);
  const values = Array.from(byDistance);
  const start = values[0] ?? Number.NaN;
  const end = values.at(-1) ?? Number.NaN;
  const half = start > 0 ? values.findIndex((value) => value < start / 2) : -1;
  const falls = half > 0 ? ` It is below half of that from distance ${half} on for the first time.` : '';
  chart.draw(
    (plot) => ({
      x: { label: 'distance, positions', labelAnchor: 'center', labelArrow: 'none' },
      y: { label: `score, q·k / √${state.dim}`, nice: true },
      marginLeft: 46,
      marks: [
        plot.ruleY([0], { stroke: 'var(--edge)' }),
        plot.lineY(values, { stroke: series(0) }),
        plot.ruleX([now], { stroke: series(1), strokeDasharray: '4 3' }),
        plot.dot([{ now, score }], { x: 'now', y: 'score', r: 5, fill: series(1) }),
      ],
    }),
    {
      description:
        `Score by distance, 0 to ${state.range}: ${significant(start)} at 0, ${significant(end)} at ${state.range}, ` +
        `between ${significant(Math.min(...values))} and ${significant(Math.max(...values))}; ${significant(score)} at ${now}, where the tokens are.${falls}`,
      legend: [
        { label: 'rotated', color: series(0) },
        { label: `now: ${apart(now)}`, color: series(1), mark: 'dot' },
      ],
      table: () => ({
        head: ['Distance', 'Score'],
        rows: thinned(values.map((value, n) => [n, significant(value)])),
      }),
      note:
        `Look for ${end < start ? 'the fall and the ripples' : 'the ripples'}: ${significant(start)} where both are at one position, ${significant(end)} at ${state.range}.${falls} ` +
        'Fast pairs make the ripples, slow pairs carry what is left far away.',
    },
  );
}

function drawShift(chart: Chart, state: State, scores: TextScores): void {
  const { byShift, additiveByShift, spread, additiveSpread } = scores;
  const rotated = Array.from(byShift);
  const added = Array.from(additiveByShift);
  const here = [
    { shift: state.shift, score: rotated[state.shift] ?? Number.NaN, color: series(0) },
    { shift: state.shift, score: added[state.shift] ?? Number.NaN, color: series(3) },
  ];
  chart.draw(
    (plot) => ({
      x: { label: 'both moved by, positions', labelAnchor: 'center', labelArrow: 'none' },
      y: { label: `score, q·k / √${state.dim}`, nice: true, zero: true },
      marginLeft: 46,
      marks: [
        plot.ruleY([0], { stroke: 'var(--edge)' }),
        plot.lineY(added, { stroke: series(3), strokeWidth: 1 }),
        plot.lineY(rotated, { stroke: series(0), strokeWidth: 2.5 }),
        plot.ruleX([state.shift], { stroke: 'var(--muted)', strokeDasharray: '4 3' }),
        plot.dot(here, { x: 'shift', y: 'score', r: 4.5, fill: 'color' }),
      ],
      color: { type: 'identity' },
    }),
    {
      description:
        `Score while both tokens move by 0 to ${mostShift} positions. Rotated: flat at ${significant(scores.score)}, spread ${scientific(spread, 2)}. ` +
        `Sinusoidal positions added: between ${significant(Math.min(...added))} and ${significant(Math.max(...added))}, ${significant(here[1]?.score ?? Number.NaN)} at ${state.shift}, where the tokens are.`,
      legend: [
        { label: 'rotated (RoPE)', color: series(0) },
        { label: 'sinusoidal added', color: series(3) },
      ],
      table: () => ({
        head: ['Moved by', 'Rotated', 'Sinusoidal added'],
        rows: thinned(
          rotated.map((value, n) => [n, significant(value, 7), significant(added[n] ?? Number.NaN)]),
        ),
      }),
      note:
        `Look for the flat line: rotated, the score stays within ${scientific(spread, 2)}, because only the distance is left in it. ` +
        `With positions added it wanders by ${significant(additiveSpread)}: a model has to learn to look past that.`,
    },
  );
}

function thinned<T>(rows: readonly T[]): T[] {
  const every = Math.ceil(rows.length / mostRows);
  return rows.filter((_, n) => n % every === 0);
}

function nameOf(state: State, role: 'query' | 'key'): string {
  return `“${tokensOf(state.text)[state[role]] ?? ''}”`;
}

function apart(distance: number): string {
  return distance === 0 ? 'at one position' : `${integer(distance)} apart`;
}
