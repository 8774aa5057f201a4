import { percent } from '../../format';
import type { ComparedScheme } from './compare';
import { outsideText, short, treatmentText } from './findings';
import { fills, lookOf, type Sign } from './looks';
import { emptiness, type SchemeChart } from './scheme-chart';

/** How far below the axis a frequency divided by the whole ratio reaches; above it, 1 is the whole circle. */
const depth = 0.45;

/** How much of the way from its frequency to the interpolated one a pair goes, 0 to 1, on a logarithmic scale. */
function squeezeOf(ratio: number, factor: number): number {
  return factor > 1 ? Math.min(1, Math.max(0, -Math.log(ratio) / Math.log(factor))) : 0;
}

/** A strip a scheme: by pair, the share of the circle that training covered and that the target reaches. */
export function drawReach(
  { chart, setLegend }: SchemeChart,
  all: readonly ComparedScheme[],
  shown: readonly ComparedScheme[],
): void {
  const [first] = all;
  if (!first) return;
  const { pairs, targetLength, trainedLength } = first.report;
  const signs: Sign[] = [
    { label: 'covered in training', sign: 'grey' },
    { label: 'reached at the target', sign: 'line' },
    { label: 'reached but never trained', sign: 'hatch' },
    { label: 'below the axis: squeezed', sign: 'below' },
  ];
  setLegend([], signs);
  const count = pairs.length;
  const factor = Math.max(1, targetLength / trainedLength);
  const strips = shown.map((scheme) => {
    const { color, label } = lookOf(scheme.name);
    // The last pair once more, so that it gets its full width.
    const steps = Array.from({ length: count + 1 }, (_, at) => {
      const pair = scheme.report.pairs[Math.min(at, count - 1)];
      const { trainedShare = 0, targetShare = 0, outside = false, ratio = 1 } = pair ?? {};
      return {
        at,
        trained: trainedShare,
        target: targetShare,
        beyond: outside ? targetShare : trainedShare,
        squeezed: -depth * squeezeOf(ratio, factor),
      };
    });
    return {
      name: scheme.name,
      color,
      steps,
      heading: `${label}: ${treatmentText(scheme.treatment, factor)}; ${outsideText(scheme)}`,
      shortHeading: `${label}: ${outsideText(scheme)}`,
    };
  });
  chart.draw(
    (plot, width) => ({
      height: 70 + 92 * Math.max(1, strips.length),
      marginLeft: 46,
      x: { domain: [0, count], label: 'pair, the fastest first →' },
      // Room above the circle for the heading.
      y: {
        domain: [-1.1 * depth, 1.5],
        ticks: [0, 0.5, 1],
        tickFormat: shareText,
        label: '↑ share of the circle',
      },
      fy: { domain: strips.map(({ name }) => name), axis: null, padding: 0.12 },
      marks: [
        ...emptiness(plot, shown),
        ...strips.flatMap(({ name, color, steps, heading, shortHeading }) => {
          const words = width < 560 ? shortHeading : heading;
          const where = { x: 'at', curve: 'step-after', fy: () => name } as const;
          return [
            plot.areaY(steps, {
              ...where,
              y1: 0,
              y2: 'trained',
              fill: fills.grey.fill,
              fillOpacity: fills.grey['fill-opacity'],
            }),
            plot.areaY(steps, { ...where, y1: 'trained', y2: 'beyond', fill: fills.hatch.fill }),
            plot.areaY(steps, { ...where, y1: 0, y2: 'squeezed', fill: color, fillOpacity: 0.45 }),
            plot.ruleY([0], { fy: () => name, stroke: 'var(--edge)' }),
            plot.lineY(steps, { ...where, y: 'target', stroke: color, strokeWidth: 2.5 }),
            plot.text([words], {
              fy: () => name,
              text: [words],
              frameAnchor: 'top-left',
              fill: color,
              fontWeight: 600,
            }),
          ];
        }),
      ],
    }),
    {
      description: `Share of the circle that each pair covered in training and reaches at the target. ${strips.map(({ heading }) => `${heading}.`).join(' ')}`,
      note:
        'Where grey fills the height, training took the pair around the whole circle, and no angle is new however far it goes on. ' +
        'To the right of that, a line above the grey is extrapolation.' +
        (factor > 1
          ? ' The area below the axis is interpolation: the deeper, the closer neighbours stand on the circle, at its full depth ' +
            `${short(factor)} times closer.`
          : ''),
      table: () => ({
        head: ['Pair', 'Trained', ...shown.map(({ name }) => lookOf(name).label)],
        rows: Array.from({ length: count }, (_, at) => [
          at,
          percent(pairs[at]?.trainedShare ?? 0),
          ...shown.map(({ report }) => {
            const pair = report.pairs[at];
            return pair ? `${percent(pair.targetShare)}${pair.outside ? ' ×' : ''}` : '';
          }),
        ]),
      }),
    },
  );
}

function shareText(share: number): string {
  return share === 0.5 ? '½' : String(share);
}
