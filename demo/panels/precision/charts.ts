import { integer } from '../../format';
import type { Chart } from '../../widgets/chart';
import type { HeatMap } from '../../widgets/heat-map';
import { powers, powerTicks } from '../digits/powers';
import {
  costsSentence,
  error,
  neighboursSentence,
  present,
  scoresSentence,
  sweepSentence,
  worstByRun,
} from './findings';
import { type Curve, curvesPlot, power } from './lines';
import { legendOf, looks, nameOf, recipes } from './names';
import { type PrecisionState, pairRange } from './state';
import type { PlaceResult, Recipe, SweepResult } from './tasks';

/** Errors of all recipes by position. */
export function drawSweep(chart: Chart, result: SweepResult, { pairs, at }: PrecisionState): void {
  const { runs } = result;
  const shown = present(result.worst);
  const onGpu = result.adapter !== null;
  const errors = new Map(shown.map((recipe) => [recipe, worstByRun(result, recipe, pairs)]));
  const curves = shown.map((recipe): Curve => {
    const values = errors.get(recipe) ?? [];
    return { recipe, points: runs.map(({ last }, run) => ({ x: last, y: values[run] ?? 0 })) };
  });
  const end = runs.at(-1)?.last ?? 1;
  chart.draw(
    (plot, width) =>
      curvesPlot(plot, width, curves, {
        x: {
          type: 'log',
          base: 2,
          domain: [1, end + 1],
          label: 'position',
          ticks: powerTicks(end + 1),
          tickFormat: powers,
        },
        y: 'largest distance from the true point',
        behind: ({ ruleX }) => [ruleX([at], { stroke: 'var(--accent-soft)', strokeWidth: 6 })],
      }),
    {
      description: sweepSentence(result, pairs),
      legend: legendOf(shown, onGpu),
      note:
        'Look which lines rise. The true point (cos, sin) lies on the unit circle; the distance says how far off the computed one is, ' +
        `so 2 is the other side. ${sweepSentence(result, pairs)}`,
      table: () => ({
        head: ['Up to position', ...shown.map((recipe) => nameOf(recipe, onGpu))],
        rows: runs.map(({ last }, run) => [
          integer(last),
          ...shown.map((recipe) => error(errors.get(recipe)?.[run] ?? Number.NaN)),
        ]),
      }),
    },
  );
}

/** Errors at one position, pair by pair. */
export function drawPairs(
  chart: Chart,
  { run, worst, adapter }: PlaceResult,
  { pairs }: PrecisionState,
): void {
  const shown = present(worst);
  const onGpu = adapter !== null;
  const curves = shown.map(
    (recipe): Curve => ({ recipe, points: Array.from(worst[recipe] ?? [], (y, x) => ({ x, y })) }),
  );
  const count = curves[0]?.points.length ?? 0;
  const [first, end] = pairRange(pairs, count);
  const fastest = (recipe: Recipe): string => error(Math.max(...(worst[recipe] ?? [])));
  const worstPair = (recipe: Recipe): number => {
    const errors = Array.from(worst[recipe] ?? []);
    return errors.indexOf(Math.max(...errors));
  };
  const sentence =
    `The ${run.last - run.first + 1} positions up to ${integer(run.last)}, largest error of any pair: ` +
    `${shown.map((recipe) => `${nameOf(recipe, onGpu)} ${fastest(recipe)} at pair ${worstPair(recipe)}`).join('; ')}.`;
  chart.draw(
    (plot, width) =>
      curvesPlot(plot, width, curves, {
        x: {
          domain: [-0.5, count - 0.5],
          label: 'pair, fastest first',
          tickFormat: integer,
          ticks: Math.min(count, 6),
        },
        y: 'largest distance from the true point',
        behind: ({ ruleX }) =>
          pairs === 'all' ? [] : [ruleX([first, end - 1], { stroke: 'var(--edge)', strokeDasharray: '2 3' })],
      }),
    {
      description: sentence,
      legend: legendOf(shown, onGpu),
      note:
        `Look which lines fall to the right: a slow pair’s angle is small, and float32 holds small numbers more finely. ` +
        `Each point is the worst of the ${run.last - run.first + 1} positions up to ${integer(run.last)}.`,
      table: () => ({
        head: ['Pair', ...shown.map((recipe) => nameOf(recipe, onGpu))],
        rows: Array.from({ length: count }, (_, pair) => [
          pair,
          ...shown.map((recipe) => error(worst[recipe]?.[pair] ?? Number.NaN)),
        ]),
      }),
    },
  );
}

/** What a score loses, by distance. */
export function drawScores(chart: Chart, result: PlaceResult): void {
  const { distances, scores, run, adapter } = result;
  const onGpu = adapter !== null;
  const shown = recipes.filter((recipe) => scores[recipe] !== undefined);
  const curves = shown.map(
    (recipe): Curve => ({
      recipe,
      points: distances.map((x, n) => ({ x, y: scores[recipe]?.[n] ?? 0 })),
    }),
  );
  const label = (recipe: Recipe): string =>
    recipe === 'f16' || recipe === 'bf16' ? `Q and K kept in ${recipe}` : nameOf(recipe, onGpu);
  chart.draw(
    (plot, width) =>
      curvesPlot(plot, width, curves, {
        x: {
          type: 'log',
          base: 2,
          domain: [1, Math.max(2, run.last)],
          label: 'distance of query and key, positions',
          ticks: powerTicks(Math.max(2, run.last)),
          tickFormat: powers,
        },
        y: 'error of q·k / √d, root mean square',
      }),
    {
      description: `Query at position ${run.last}. ${scoresSentence(result)}`,
      legend: legendOf(shown, onGpu).map((entry, n) => ({ ...entry, label: label(shown[n] as Recipe) })),
      note:
        `The query stands at position ${integer(run.last)}, the key so far before it; scores of random ones have deviation 1. ` +
        'Look which lines lie above the storage that Q and K are kept in: only those are felt.',
      table: () => ({
        head: ['Distance', ...shown.map(label)],
        rows: distances.map((distance, n) => [
          integer(distance),
          ...shown.map((recipe) => error(scores[recipe]?.[n] ?? Number.NaN)),
        ]),
      }),
    },
  );
}

/** What storing costs, one line a way to do it. */
export function drawCosts(chart: Chart, result: PlaceResult): void {
  const { costs, run } = result;
  chart.draw(
    (plot) => ({
      height: 44 + 30 * costs.length,
      marginLeft: 138,
      marginRight: 16,
      x: {
        type: 'log',
        label: 'error of an element',
        ticks: 4,
        domain: [1e-8, 10],
        tickFormat: (value: number) => (value < 0.01 ? power(value) : String(value)),
      },
      y: { type: 'point', domain: costs.map(({ name }) => name), label: null, padding: 0.7 },
      marks: [
        plot.gridX({ stroke: 'var(--line)', strokeOpacity: 1, ticks: 4 }),
        plot.link(costs, {
          x1: 'rms',
          x2: 'worst',
          y1: 'name',
          y2: 'name',
          stroke: ({ recipe }) => looks[recipe as Recipe].color,
        }),
        plot.dot(costs, { x: 'rms', y: 'name', fill: ({ recipe }) => looks[recipe as Recipe].color, r: 4 }),
        plot.dot(costs, {
          x: 'worst',
          y: 'name',
          stroke: ({ recipe }) => looks[recipe as Recipe].color,
          fill: 'var(--surface)',
          r: 3,
        }),
      ],
    }),
    {
      description: `The ${run.last - run.first + 1} positions up to ${run.last}: ${costs.map(({ name, rms }) => `${name} ${error(rms)}`).join('; ')}.`,
      legend: [
        { label: 'filled: root mean square', color: 'var(--ink)', mark: 'dot' },
        { label: 'open: the worst element', color: 'var(--muted)', mark: 'dot' },
      ],
      note: costsSentence(result),
      table: () => ({
        head: ['Way', 'Root mean square', 'Worst'],
        rows: costs.map(({ name, rms, worst }) => [name, error(rms), error(worst)]),
      }),
    },
  );
}

/** Where neighbours become the same, by pair and position. */
export function drawNeighbours(map: HeatMap, result: SweepResult, { storage }: PrecisionState): void {
  const { runs, pairs, equal } = result;
  // Whole octaves alone, so that rows are evenly spaced: runs to 2^k - 1.
  const rows = runs.flatMap(({ last }, run) =>
    Number.isInteger(Math.log2(last + 1)) ? [{ last, run }] : [],
  );
  const values = new Float32Array(rows.length * pairs);
  for (const [row, { run }] of rows.entries()) {
    values.set(equal[storage].subarray(run * pairs, (run + 1) * pairs), row * pairs);
  }
  const sharesOf = (row: number): Float32Array => values.subarray(row * pairs, (row + 1) * pairs);
  map.draw(
    {
      values,
      width: pairs,
      height: rows.length,
      x: {
        label: 'pair, fastest first',
        domain: [-0.5, pairs - 0.5],
        format: (value) => (Number.isInteger(value) ? integer(value) : ''),
      },
      y: {
        label: 'position',
        domain: [0.5, rows.length + 0.5],
        format: (exponent) => (Number.isInteger(exponent) ? powers(2 ** exponent) : ''),
      },
      domain: [0, 1],
      scheme: 'sequential',
      format: (share) => `${Math.round(share * 100)}\u202f%`,
    },
    {
      description: `Share of neighbouring positions stored as the same in ${storage}, by pair and position. ${neighboursSentence(result, storage)}`,
      note: `Colour: how many of 64 neighbours get the very same cosine and sine. ${neighboursSentence(result, storage)}`,
      table: () => ({
        head: ['Up to position', 'Pairs the same for over half', 'First of them', 'Mean share'],
        rows: rows.map(({ last }, row) => {
          const shares = sharesOf(row);
          const first = shares.findIndex((share) => share > 0.5);
          const mean = shares.reduce((sum, share) => sum + share, 0) / pairs;
          return [
            integer(last),
            shares.filter((share) => share > 0.5).length,
            first < 0 ? 'none' : first,
            `${Math.round(mean * 100)}\u202f%`,
          ];
        }),
      }),
    },
  );
}
