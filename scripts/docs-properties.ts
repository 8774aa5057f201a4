// Writes the tables of docs/properties.md: `npx tsx scripts/docs-properties.ts`. CPU alone.
import { encodingCatalogue } from '../src/analysis/catalogue';
import { type EncodingSource, encodingShape, positionRows } from '../src/analysis/encoding-source';
import { lowPrecisions, precisionRanking } from '../src/analysis/low-precision';
import { encodingProperties } from '../src/analysis/properties';
import { gridOf, sideOf } from '../src/analysis/properties-grid';
import type { EncodingProperties } from '../src/analysis/properties-types';
import { rowLengthOf, uniqueRows } from '../src/analysis/properties-unique';
import { markdownTable, withSection, writeWhenRun } from './docs-pages';

const dim = 64;
const length = 1024;
/** Rows that are multiplied with each other. */
const rankedLength = 512;
const dtypes = ['exact', 'f32', 'f16', 'bf16'] as const;

/** To two digits: what comes after may differ between JavaScript engines' sines. */
const short = (value: number): string => String(Number(value.toPrecision(2)));

const percent = (share: number): string => `${short(100 * share)} %`;

/** How near the nearest rows come, by the length of a row; or how many rows are lost. */
function apart(source: EncodingSource, tokens: number): string[] {
  const { dim, axes, positions } = encodingShape(source);
  const side = sideOf(tokens, axes);
  if (side > positions) return dtypes.map(() => '–');
  const grid = gridOf(side, axes);
  const rows = positionRows(source, grid.positions);
  const unique = uniqueRows(rows, grid, dim);
  return dtypes.map((dtype) => {
    const { distance, repeated } = unique[dtype];
    return repeated > 0 ? `${repeated} repeat` : percent(distance / rowLengthOf(rows, dim));
  });
}

function mapCell({ linear }: EncodingProperties): string {
  const { map, worst, residuals } = linear;
  if (map === 'linear') return 'linear map';
  if (map === 'affine') return 'affine map';
  if (map === 'undetermined') return 'too few rows to tell';
  const [least, most] = [percent(Math.max(...residuals.map((one) => one.affine))), percent(worst)];
  return `no map: ${least === most ? most : `${least} to ${most}`} left`;
}

function beyondCell({ beyond }: EncodingProperties): string {
  const { kind, growth, unseen, endsAt } = beyond;
  if (kind === 'refused') return `refused from ${endsAt} on`;
  if (kind === 'grows') return `values grow ${short(growth!)} times`;
  if (kind === 'seen') return 'nothing new';
  const { what, count, of } = unseen!;
  return `new ${what === 'pairs' ? 'angles' : 'values'} in ${count} of ${of} ${what}`;
}

/** The page, as it has to be. */
export function propertiesPage(page: string): string {
  const measured = encodingCatalogue(dim, length).map((entry) => ({
    ...entry,
    properties: encodingProperties(entry.source),
  }));
  const overview = measured.map(({ title, properties }) => [
    title,
    properties.learned
      ? `${properties.parameters.toLocaleString('en').replaceAll(',', ' ')} weights`
      : 'computed',
    mapCell(properties),
    properties.relative.depends === 'on distance alone'
      ? 'distance alone'
      : `positions: ${percent(properties.relative.spread)}`,
    beyondCell(properties),
    properties.maxAxes === 1 ? '1' : `1 to ${properties.maxAxes}`,
  ]);
  const lengths = [length, 4 * length];
  const distances = markdownTable(
    ['encoding', ...lengths.flatMap((tokens) => dtypes.map((dtype) => `${tokens}, ${dtype}`))],
    measured.map(({ title, source }) => [title, ...lengths.flatMap((tokens) => apart(source, tokens))]),
  );
  const notes = measured.map(
    ({ title, note, properties }) => `- **${title}.** ${note} ${properties.beyond.sentence}\n`,
  );
  const head = ['encoding', 'rows', 'row k further on', 'scores depend on', 'at twice the length', 'axes'];
  const ranking = precisionRanking(encodingCatalogue(dim, length), { length: rankedLength }).map(
    ({ title, losses }) => [
      title,
      ...lowPrecisions.map((type) => {
        const { repeated, scoreBits } = losses[type];
        const bits = scoreBits === Infinity ? 'exact' : `${scoreBits.toFixed(1)} bits`;
        return repeated > 0 ? `${bits}, ${repeated} repeat` : bits;
      }),
    ],
  );
  let result = withSection(page, 'overview', markdownTable(head, overview));
  result = withSection(result, 'precision', markdownTable(['encoding', ...lowPrecisions], ranking));
  result = withSection(result, 'distances', distances);
  return withSection(result, 'notes', notes.join(''));
}

void writeWhenRun(import.meta.url, 'properties.md', propertiesPage);
