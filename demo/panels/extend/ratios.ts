import { significant } from '../../format';
import type { ComparedScheme } from './compare';
import { listOf, outsideText, treatmentText } from './findings';
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

/** By pair: what each scheme leaves of the frequency, over the wavelength that the pair had. */
export function drawRatios(
  { chart, setLegend }: SchemeChart,
  all: readonly ComparedScheme[],
  shown: readonly ComparedScheme[],
): void {
  const [direct] = all;
  if (!direct) return;
  const { trainedLength, targetLength, pairs } = direct.report;
  const wavelengths = pairs.map(({ baseFrequency }) => (2 * Math.PI) / baseFrequency);
  const domain: [number, number] = [
    Math.min(wavelengths[0] ?? 1, trainedLength) * 0.9,
    Math.max(wavelengths.at(-1) ?? 1, targetLength, trainedLength) * 1.1,
  ];
  const lines = shown.map(({ report }) =>
    report.pairs.map(({ ratio, outside, pair }) => ({ x: wavelengths[pair] ?? 0, y: ratio, outside })),
  );
  // Half at least, so that 1 has its place also where nothing changes.
  const lowest = Math.min(0.5, ...lines.flat().map(({ y }) => y));
  setLegend(shown, [{ label: 'pair meets angles never trained', sign: 'cross' }]);
  chart.draw(
    (plot, width) => ({
      height: heightOf(width),
      marginTop: marginForRules,
      marginLeft: 54,
      x: {
        type: 'log',
        domain,
        label: 'wavelength before scaling, tokens a turn →',
        ticks: Math.max(3, Math.round(width / 90)),
        tickFormat: powerOfTen,
      },
      y: {
        type: 'log',
        base: 2,
        domain: [lowest * 0.88, 1.12],
        label: '↑ frequency after / before',
        ticks: ratioTicks(lowest),
        tickFormat: ratioText,
        grid: true,
      },
      marks: [
        ...lengthRules(plot, trainedLength, targetLength, domain),
        ...lines.flatMap((points, i) => {
          const scheme = shown[i];
          return scheme ? schemeLine(plot, scheme, points, (i + 0.5) / shown.length) : [];
        }),
        plot.dot(
          lines.flat().filter(({ outside }) => outside),
          { x: 'x', y: 'y', symbol: 'times', stroke: 'var(--fail)', ...crossOf(width / pairs.length) },
        ),
        ...emptiness(plot, shown),
      ],
    }),
    {
      description: `Frequency after scaling over frequency before, by wavelength, at ${targetLength} tokens after training on ${trainedLength}. ${shown.map(ratioSentence).join(' ')}`,
      note: noteOfRatios(shown, targetLength / trainedLength),
      table: () => ({
        head: ['Pair', 'Wavelength before', ...shown.map(({ name }) => lookOf(name).label)],
        rows: wavelengths.map((wavelength, at) => [
          at,
          significant(wavelength, 4),
          ...shown.map(({ report }) => {
            const pair = report.pairs[at];
            return pair ? `${significant(pair.ratio)}${pair.outside ? ' ×' : ''}` : '';
          }),
        ]),
      }),
    },
  );
}

/** Smaller where pairs stand close. */
function crossOf(room: number): { r: number; strokeWidth: number } {
  return room > 6 ? { r: 4.5, strokeWidth: 1.8 } : { r: 3, strokeWidth: 1.2 };
}

function ratioSentence(scheme: ComparedScheme): string {
  const { pairs } = scheme.report;
  const [first, last] = [pairs[0]?.ratio ?? 1, pairs.at(-1)?.ratio ?? 1];
  return `${lookOf(scheme.name).label}: ${significant(first)} for the fastest pair, ${significant(last)} for the slowest, ${outsideText(scheme)}.`;
}

function noteOfRatios(shown: readonly ComparedScheme[], ratio: number): string {
  const look =
    'A line at 1 leaves a pair as it was: beyond the trained length such a pair runs on into angles it never made. ';
  if (ratio <= 1) return `${look}Here nothing is to be extended, so every line stays at 1.`;
  const down = `A line at ${ratioText(1 / ratio)} squeezes the whole target into what training covered, at the price of closer neighbours. `;
  const between = shown.filter(({ treatment }) => treatment.kept > 1 && treatment.divided > 1);
  if (between.length === 0) return look + down;
  const named = between.map(
    ({ name, treatment }) => `${lookOf(name).label} (${treatmentText(treatment, ratio)})`,
  );
  return `${look}${down}Fast pairs one way and slow ones the other: ${listOf(named)}.`;
}

/** Powers of two from the lowest ratio to 1, at most seven. */
function ratioTicks(lowest: number): number[] {
  const doublings = Math.floor(-Math.log2(lowest) + 0.1);
  const step = Math.max(1, Math.ceil(doublings / 6));
  return Array.from({ length: Math.floor(doublings / step) + 1 }, (_, i) => 2 ** (-i * step));
}

/** 1, 1/8. */
function ratioText(value: number): string {
  return value === 1 ? '1' : `1/${String(Number((1 / value).toPrecision(4)))}`;
}
