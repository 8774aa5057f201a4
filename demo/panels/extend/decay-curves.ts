import { integer, significant } from '../../format';
import type { ComparedScheme } from './compare';
import { listOf } from './findings';
import { lookOf } from './looks';
import {
  emptiness,
  heightOf,
  lengthRules,
  marginForRules,
  powerOfTen,
  type SchemeChart,
  schemeLine,
} from './scheme-chart';
import type { Curve } from './state';

/** q·k by distance. */
export function drawDecay(
  { chart, setLegend }: SchemeChart,
  all: readonly ComparedScheme[],
  shown: readonly ComparedScheme[],
  curve: Curve,
): void {
  const [direct] = all;
  if (!direct) return;
  const { trainedLength, targetLength } = direct.report;
  const domain: [number, number] = [1, Math.max(2, targetLength - 1)];
  const lines = shown.map((scheme) => {
    const values = valuesOf(scheme, curve);
    // Distance 0, where every curve is 1, has no place on a logarithmic axis.
    return Array.from(scheme.report.decay.distances.subarray(1), (x, i) => ({ x, y: values[i + 1] ?? 0 }));
  });
  const lowest = Math.min(0, ...lines.flat().map(({ y }) => y));
  setLegend(shown, []);
  const texts = decayTexts[curve];
  chart.draw(
    (plot, width) => ({
      height: heightOf(width),
      marginTop: marginForRules,
      marginLeft: 46,
      x: {
        type: 'log',
        domain,
        label: 'distance of the two tokens →',
        ticks: Math.max(3, Math.round(width / 90)),
        tickFormat: powerOfTen,
      },
      y: { domain: [lowest, 1], label: texts.axis, grid: true, ticks: 5 },
      marks: [
        plot.ruleY([0], { stroke: 'var(--edge)' }),
        ...(trainedLength < domain[1]
          ? lengthRules(plot, trainedLength, targetLength, domain)
          : lengthRules(plot, trainedLength, targetLength, domain).slice(2)),
        ...lines.flatMap((points, i) => {
          const scheme = shown[i];
          return scheme ? schemeLine(plot, scheme, points, (i + 0.5) / shown.length) : [];
        }),
        ...emptiness(plot, shown),
      ],
    }),
    {
      description: `${texts.name} by distance up to ${targetLength - 1} tokens. ${shown
        .map(({ name, report }) => {
          const { halfDistance } = report.decay;
          const half =
            halfDistance === null
              ? 'stays above a half'
              : `has halved at a distance of ${significant(halfDistance)}`;
          return `${lookOf(name).label} ${half}.`;
        })
        .join(' ')}`,
      note: `${texts.note} ${decayNote(shown)}`,
      table: () => ({
        head: ['Distance', ...shown.map(({ name }) => lookOf(name).label)],
        rows: (lines[0] ?? [])
          .map(({ x }, i) => [
            integer(x),
            ...lines.map((points) => {
              const y = points[i]?.y ?? 0;
              // A value that is nothing but rounding is none.
              return Math.abs(y) < 1e-12 ? '0' : significant(y);
            }),
          ])
          .filter((_, i, rows) => i % 6 === 0 || i === rows.length - 1),
      }),
    },
  );
}

export function valuesOf(scheme: ComparedScheme, curve: Curve): Float64Array {
  const { decay } = scheme.report;
  if (curve === 'smooth') return scheme.smooth;
  return curve === 'mean' ? decay.mean : decay.bound.map((value) => value / decay.boundAtZero);
}

const decayTexts: Readonly<Record<Curve, { axis: string; name: string; note: string }>> = {
  smooth: {
    axis: '↑ q·k, smoothed',
    name: 'q·k of equal vectors, smoothed,',
    note: 'q·k of two equal vectors, 1 where they stand together, each value averaged from half to one and a half times its distance.',
  },
  mean: {
    axis: '↑ q·k',
    name: 'q·k of equal vectors at single distances',
    note: 'q·k of two equal vectors, 1 where they stand together, at single distances: the fastest pairs make it wave, and between the distances drawn it waves unseen.',
  },
  bound: {
    axis: '↑ bound of q·k',
    name: 'RoFormer’s bound of q·k',
    note: 'RoFormer’s bound of how large q·k can be (arXiv:2104.09864, section 3.4.3), 1 at distance 0.',
  },
};

function decayNote(shown: readonly ComparedScheme[]): string {
  const halved = shown
    .filter(({ report }) => report.decay.halfDistance !== null)
    .sort((a, b) => (a.report.decay.halfDistance ?? 0) - (b.report.decay.halfDistance ?? 0));
  const never = shown.filter(({ report }) => report.decay.halfDistance === null);
  const at = ({ name, report }: ComparedScheme): string =>
    `${lookOf(name).label} at ${significant(report.decay.halfDistance ?? 0)} tokens`;
  const [first, last] = [halved[0], halved.at(-1)];
  const sentences: string[] = [];
  if (first && last) {
    sentences.push(
      first === last
        ? `Smoothed, it halves with ${at(first)}.`
        : `Smoothed, it halves first with ${at(first)}, last with ${at(last)}.`,
    );
  }
  if (never.length > 0) {
    sentences.push(
      `It stays above a half up to the target with ${listOf(never.map(({ name }) => lookOf(name).label))}.`,
    );
  }
  if (shown.length > 0) {
    sentences.push('The further right a curve falls, the more alike near and far tokens look.');
  }
  return [...sentences, 'Attention factors are left out.'].join(' ');
}
