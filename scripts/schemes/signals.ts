/** Pictures of encodings from signal processing: FoPE and wavelets. */
import * as Plot from '@observablehq/plot';
import { encodingCatalogue } from '../../src/analysis/catalogue';
import type { RopeSource } from '../../src/analysis/encoding-source';
import { waveletRows } from '../../src/encodings/wavelet';
import { ropeFrequencies } from '../../src/frequencies';
import { fopeCaches } from '../../src/tables/fope';
import { colours, grey, key, panel, picture } from './picture';

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

export function fope(): string {
  const [headDim, trained] = [64, 512];
  const { source } = encodingCatalogue(headDim, trained).find(({ name }) => name === 'fope')!;
  const { inverseFrequencies } = ropeFrequencies({ headDim });
  const [head] = fopeCaches({ headDim }, 2 * trained, (source as RopeSource).fope!);
  const pairs = headDim / 2;
  const pair = 15;
  const cosines = range(257).flatMap((position) => [
    { kind: 'RoPE', position, value: Math.cos(position * inverseFrequencies[pair]!) },
    { kind: 'FoPE', position, value: head!.cosCache[position * pairs + pair]! },
  ]);
  const turns = range(pairs).map((i) => {
    const made = (inverseFrequencies[i]! * trained) / (2 * Math.PI);
    return { pair: i, made, kind: made > 1 ? 'kept' : 'set to 0' };
  });
  const kinds = ['RoPE', 'FoPE'];
  return picture(
    'Left: turns that each pair made within 512 trained positions: those below one are set to frequency 0. Right: the cosine of pair 15 by ' +
      'position: one wave with RoPE, a sum of all kept ones with FoPE.',
    [
      panel({
        title: 'turns in training, by pair',
        x: { label: 'pair →' },
        y: { label: '↑ turns', type: 'log', ticks: [0.1, 1, 10], tickFormat: String },
        marks: [
          Plot.ruleY([1], { stroke: grey, strokeDasharray: '3 3' }),
          Plot.dot(turns, {
            x: 'pair',
            y: 'made',
            fill: ({ kind }: { kind: string }) => (kind === 'kept' ? colours[0]! : colours[1]!),
            r: 3,
          }),
          ...key([
            ['kept', colours[0]!],
            ['set to 0', colours[1]!],
          ]),
        ],
      }),
      panel({
        title: `cosine of pair ${pair}`,
        x: { label: 'position →' },
        y: { label: '↑ cos' },
        color: { domain: kinds, range: [grey, colours[1]!] },
        marks: [
          ...kinds.map((kind) =>
            Plot.lineY(
              cosines.filter((point) => point.kind === kind),
              { x: 'position', y: 'value', stroke: 'kind', strokeWidth: kind === 'FoPE' ? 1.6 : 1.2 },
            ),
          ),
          ...key([
            ['RoPE', grey],
            ['FoPE', colours[1]!],
          ]),
        ],
      }),
    ],
  );
}

export function wavelet(): string {
  const [dim, scales] = [64, 4];
  const shifts = dim / scales;
  const distances = range(321).map((i) => i / 4 - 20);
  const rows = waveletRows({ dim, scales }, distances);
  const shown = [0, 8].flatMap((place) => range(scales).map((scale) => ({ place, scale })));
  const curves = shown.flatMap(({ place, scale }) =>
    distances.map((distance, i) => ({
      name: `${place} ${scale}`,
      place,
      scale,
      distance,
      value: rows[i * dim + scale * shifts + place]!,
    })),
  );
  const panelOf = (place: number) =>
    panel({
      title: `wavelets at distance ${place}`,
      x: { label: 'distance of query and key →' },
      y: { label: '↑ element of the row', domain: [-0.5, 1] },
      marks: [
        Plot.ruleY([0], { stroke: grey, strokeOpacity: 0.5 }),
        ...range(scales).map((scale) =>
          Plot.lineY(
            curves.filter((point) => point.place === place && point.scale === scale),
            { x: 'distance', y: 'value', stroke: colours[scale]!, strokeWidth: 2 },
          ),
        ),
        ...key(range(scales).map((scale) => [`width ${2 ** scale}`, colours[scale]!] as const)),
      ],
    });
  return picture(
    'Elements of the row of a distance: Ricker wavelets of four widths, left at distance 0, right at distance 8. Each is 1 at its place, ' +
      'below 0 beside it and 0 far away.',
    [panelOf(0), panelOf(8)],
  );
}
