/** Pictures of context extension: what each scheme does to the frequencies of one model, and which angles are new to it. */
import * as Plot from '@observablehq/plot';
import { contextReport } from '../../src/analysis/context';
import { extensionSchemes } from '../../src/analysis/context-schemes';
import type { ContextPair } from '../../src/analysis/context-types';
import type { RopeConfig } from '../../src/config/types';
import { ropeFrequencies } from '../../src/frequencies';
import { colours, grey, key, panel, picture } from './picture';

/** The model of all pictures: Llama 2's head, trained on 4096 tokens, to be used at 32 768. */
const headDim = 128;
const trained = 4096;
const target = 32_768;
const pairs = headDim / 2;
const plain = ropeFrequencies({ headDim }).inverseFrequencies;

/** The schemes as contextReport compares them; LongRoPE has stand-ins for lists that are searched for. */
const schemes = new Map<string, RopeConfig>(
  extensionSchemes({ headDim }, trained, target).map(({ name, config }) => [name, config]),
);
export const extensionNames = [...schemes.keys()];

/** Sequence lengths that are shown where frequencies depend on it. */
const lengthsOf: Readonly<Record<string, readonly number[]>> = {
  dynamic: [trained, 2 * trained, 4 * trained, target],
  longrope: [trained, target],
};

/** Ticks of wavelengths. */
const powers = [10, 100, 1000, 10_000];

/** By how much a scheme divides the frequency of each pair at a length, and the wavelength that the pair had. */
function divisorsAt(name: string, length: number): { wavelength: number; divisor: number }[] {
  const { inverseFrequencies } = ropeFrequencies(schemes.get(name)!, length);
  return [...inverseFrequencies].map((frequency, pair) => ({
    wavelength: (2 * Math.PI) / plain[pair]!,
    divisor: plain[pair]! / frequency,
  }));
}

/** By how much a scheme slows each pair, by the wavelength the pair had; the others in grey. */
function divisors(name: string): ReturnType<typeof panel> {
  const linesOf = (each: string) => {
    const lengths = lengthsOf[each] ?? [target];
    return lengths.map((length) => ({ length, points: divisorsAt(each, length) }));
  };
  const own = linesOf(name);
  const line = (points: object[], options: object) =>
    Plot.line(points, { x: 'wavelength', y: 'divisor', ...options });
  const names = own.map(({ length, points }, i) => ({
    ...points.at(-1)!,
    colour: colours[i]!,
    text: inShort(length),
  }));
  return panel({
    title: 'divisor of each frequency',
    marginRight: own.length > 1 ? 44 : 14,
    x: { type: 'log', label: 'wavelength, positions →', ticks: powers, tickFormat: '~s' },
    y: {
      type: 'log',
      base: 2,
      domain: [0.9, 17],
      label: '↑ slowed by',
      ticks: [1, 2, 4, 8, 16],
      tickFormat: 'd',
    },
    clip: false,
    marks: [
      Plot.ruleX([trained], { stroke: grey, strokeDasharray: '4 3' }),
      Plot.text(['trained length'], {
        x: trained,
        // Above all lines.
        frameAnchor: 'top',
        fill: grey,
        textAnchor: 'end',
        dx: -5,
        dy: 4,
      }),
      ...extensionNames
        .filter((each) => each !== name)
        .map((each) => line(linesOf(each).at(-1)!.points, { stroke: grey, strokeOpacity: 0.45 })),
      ...own.map(({ points }, i) => line(points, { stroke: colours[i]!, strokeWidth: 2.5 })),
      ...(own.length > 1
        ? [
            Plot.text(names, {
              x: 'wavelength',
              y: 'divisor',
              text: 'text',
              fill: 'colour',
              textAnchor: 'start',
              dx: 5,
              fontWeight: 600,
            }),
          ]
        : []),
    ],
  });
}

const inShort = (length: number): string => `${length / 1024}k`;

/** How far each pair turns in training, and at the target; what lies between is new where training saw no whole turn. */
function reach(points: readonly ContextPair[]): ReturnType<typeof panel> {
  const outsidePoints = points.filter(({ outside }) => outside);
  return panel({
    title: 'turns of each pair',
    marginRight: 20,
    x: { label: 'pair →', domain: [0, pairs - 1] },
    y: {
      type: 'log',
      label: '↑ turns',
      domain: [0.05, 7000],
      tickFormat: '~g',
      ticks: [0.1, 1, 10, 100, 1000],
    },
    marks: [
      Plot.ruleY([1], { stroke: grey, strokeDasharray: '4 3' }),
      Plot.text(['one turn'], { frameAnchor: 'left', y: 1, dy: -7, dx: 4, fill: grey }),
      Plot.areaY(outsidePoints, {
        x: 'pair',
        y1: 'trainedTurns',
        y2: ({ targetTurns }: ContextPair) => Math.min(targetTurns, 1),
        fill: colours[4]!,
        fillOpacity: 0.6,
      }),
      Plot.line(points, { x: 'pair', y: 'targetTurns', stroke: colours[0]!, strokeWidth: 2.5 }),
      Plot.line(points, {
        x: 'pair',
        y: 'trainedTurns',
        // Seen on top of the other line, too, where both are the same.
        stroke: 'currentColor',
        strokeWidth: 1.2,
        strokeDasharray: '5 4',
      }),
      ...key([
        [`at ${inShort(target)}`, colours[0]!],
        [`trained, ${inShort(trained)}`, 'currentColor'],
        ...(outsidePoints.length > 0 ? [['angles never trained', colours[4]!] as const] : []),
      ]),
    ],
  });
}

/** The picture of one scheme. */
export function extension(name: string): string {
  const { pairs: report } = contextReport(schemes.get(name)!, trained, target);
  const outsideCount = report.filter(({ outside }) => outside).length;
  return picture(
    `Left: by how much ${name} divides each frequency, over the wavelength, beside the other schemes in grey. Right: turns of each pair ` +
      `over the trained length and, under ${name}, over eight times that: ${outsideCount} of ${pairs} pairs reach angles never trained.`,
    [divisors(name), reach(report)],
  );
}

const lineColours = [grey, ...colours];

/** All schemes in one plot. */
export function overview(): string {
  // At the target dynamic NTK is what NTK-aware is.
  const shown = extensionNames.filter((name) => name !== 'dynamic');
  return picture(
    'By how much seven schemes divide each frequency of one model, over the wavelength: linear all alike, NTK and dynamic ever more ' +
      'towards slow pairs, YaRN and Llama 3 not at all up to some wavelength and then in full.',
    [
      panel({
        title: `divisor of each frequency: head ${headDim}, theta 10 000, trained on 4096, used at 32 768`,
        width: 720,
        height: 340,
        marginRight: 90,
        x: { type: 'log', label: 'wavelength, positions →', ticks: powers, tickFormat: '~s' },
        y: {
          type: 'log',
          base: 2,
          domain: [0.95, 9],
          label: '↑ slowed by',
          ticks: [1, 2, 4, 8],
          tickFormat: 'd',
        },
        color: { domain: shown, range: lineColours },
        marks: [
          Plot.ruleX([trained], { stroke: grey, strokeDasharray: '4 3' }),
          Plot.text(['trained length'], {
            x: trained,
            frameAnchor: 'bottom',
            fill: grey,
            textAnchor: 'start',
            dx: 5,
            dy: -18,
          }),
          ...shown.map((name) =>
            Plot.line(divisorsAt(name, target), {
              x: 'wavelength',
              y: 'divisor',
              stroke: () => name,
              strokeWidth: 2.2,
            }),
          ),
          ...key(
            shown.map((name, i) => [name === 'ntk' ? 'ntk, dynamic' : name, lineColours[i]!] as const),
            80,
          ),
        ],
      }),
    ],
  );
}

/** Proportional extends by stopping pairs, so it has a picture of its own. */
export function proportional(): string {
  const kinds = { 'rotatedFraction 0.5': 0.5, 'rotatedFraction 0.25': 0.25 };
  const base = { headDim, theta: 1e6 };
  const lines = Object.entries(kinds).map(([kind, rotatedFraction]) => {
    const scaling = { type: 'proportional', rotatedFraction } as const;
    const { inverseFrequencies } = ropeFrequencies({ ...base, scaling });
    return [...inverseFrequencies].map((frequency, pair) => ({ kind, pair, frequency }));
  });
  const partial = ropeFrequencies({ ...base, rotaryDim: headDim / 2 }).inverseFrequencies;
  const all = ropeFrequencies(base).inverseFrequencies;
  const points = (list: Float64Array) => [...list].map((frequency, pair) => ({ pair, frequency }));
  return picture(
    'Frequency of each pair, theta 1 000 000. Proportional follows the default line and then stops; partial rotation of half the head squeezes ' +
      'the whole range of frequencies into its pairs.',
    [
      panel({
        title: 'frequency of each pair, theta 1 000 000',
        width: 620,
        height: 300,
        marginRight: 150,
        x: { label: 'pair →', domain: [0, pairs - 1] },
        y: {
          type: 'log',
          label: '↑ radians a position',
          tickFormat: '~e',
          ticks: [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1],
          domain: [4e-7, 1],
        },
        marks: [
          Plot.line(points(all), { x: 'pair', y: 'frequency', stroke: grey, strokeDasharray: '4 3' }),
          Plot.line(points(partial), { x: 'pair', y: 'frequency', stroke: colours[1]!, strokeWidth: 2 }),
          ...lines.flatMap((line, i) => {
            const colour = colours[2 - i * 2]!;
            const stopped = line.filter(({ frequency }) => frequency === 0);
            return [
              Plot.line(
                line.filter(({ frequency }) => frequency > 0),
                { x: 'pair', y: 'frequency', stroke: colour, strokeWidth: 6 - 3.5 * i },
              ),
              Plot.dot(stopped, { x: 'pair', y: () => 1e-6 / 2 ** i, fill: colour, r: 2 }),
            ];
          }),
          ...key(
            [
              ['default', grey],
              ['partial, rotaryDim 64', colours[1]!],
              ['proportional, 0.5', colours[2]!],
              ['proportional, 0.25', colours[0]!],
              ['dots: pairs that stand still', 'currentColor'],
            ],
            145,
          ),
        ],
      }),
    ],
  );
}
