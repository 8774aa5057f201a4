import type { EncodingProperties } from 'webgpu-rope/analysis';
import { integer, percent, scientific, significant } from '../../format';

/** A property in words. */
export interface PropertyLine {
  readonly name: string;
  readonly value: string;
  /** What it means. */
  readonly words: string;
}

/** All that was measured of one encoding, for readers. */
export function propertyLines(properties: EncodingProperties): PropertyLine[] {
  const { length, linear, relative, beyond, unique, axesError } = properties;
  const { between } = unique.exact;
  return [
    {
      name: 'Rows',
      value: rowsCell(properties),
      words: 'Learned rows are weights, and end with their table; computed ones follow from the position.',
    },
    {
      name: 'Told apart',
      value: ofRow(apartCell(properties, 'exact')),
      words: `The nearest of ${integer(length)} rows are those of ${between.map((at) => at.join(', ')).join(' and ')}. Stored as f16: ${apartCell(properties, 'f16')}; as bf16: ${apartCell(properties, 'bf16')}.`,
    },
    {
      name: 'A row k further on',
      value: mapCell(properties),
      words: `Whether one matrix makes row p + k of row p, everywhere: the best one for k of ${linear.residuals.map(({ shift }) => shift).join(', ')} leaves ${residual(linear.worst)} at worst.`,
    },
    {
      name: 'Scores depend on',
      value: relativeCell(properties),
      words: `Over positions the score at one distance varies by ${residual(relative.spread)} of its size.`,
    },
    { name: 'Past the trained length', value: beyondCell(properties), words: beyond.sentence },
    {
      name: 'Axes',
      value: axesCell(properties),
      words: axesError === null ? 'Images and video have two and three.' : `With more: ${axesError}.`,
    },
  ];
}

/** The same in a table of encodings. */
export const propertyHead = [
  'Encoding',
  'Rows',
  'Nearest rows, of a row’s length',
  'In bf16',
  'Row k further on',
  'Scores depend on',
  'Past the trained length',
  'Axes',
] as const;

export function propertyRow(title: string, properties: EncodingProperties): string[] {
  return [
    title,
    rowsCell(properties),
    apartCell(properties, 'exact'),
    apartCell(properties, 'bf16'),
    mapCell(properties),
    relativeCell(properties),
    beyondCell(properties),
    axesCell(properties),
  ];
}

function rowsCell({ learned, parameters }: EncodingProperties): string {
  return learned ? `${integer(parameters)} weights` : 'computed';
}

function apartCell({ unique, rowLength }: EncodingProperties, dtype: 'exact' | 'f16' | 'bf16'): string {
  const { distance, repeated } = unique[dtype];
  return repeated > 0 ? `${integer(repeated)} repeat` : percentOf(distance / rowLength);
}

/** A share says of what; a count of repeated rows needs no more. */
function ofRow(cell: string): string {
  return cell.endsWith('%') ? `${cell} of a row’s length` : cell;
}

function mapCell({ linear }: EncodingProperties): string {
  const { map, worst } = linear;
  if (map === 'undetermined') return 'too few rows to tell';
  return map === 'none' ? `no map: ${percentOf(worst)} left` : `${map} map`;
}

function relativeCell({ relative }: EncodingProperties): string {
  return relative.depends === 'on distance alone'
    ? 'distance alone'
    : `positions: ${percentOf(relative.spread)}`;
}

function beyondCell({ beyond }: EncodingProperties): string {
  const { kind, growth, unseen, endsAt } = beyond;
  if (kind === 'refused') return `refused from ${endsAt === null ? 'there' : integer(endsAt)} on`;
  if (kind === 'grows') return `values grow ${growth === null ? '' : significant(growth, 2)} times`;
  if (kind === 'seen' || unseen === null) return 'nothing new';
  return `new ${unseen.what === 'pairs' ? 'angles' : 'values'} in ${unseen.count} of ${unseen.of} ${unseen.what}`;
}

function axesCell({ maxAxes }: EncodingProperties): string {
  return maxAxes === 1 ? '1' : `1 to ${maxAxes}`;
}

/** 97 %, 2.8 %, 0.031 %. */
function percentOf(share: number): string {
  return share >= 0.1 || share === 0 ? percent(share) : `${significant(100 * share, 2)}\u202f%`;
}

/** A share that may be rounding alone. */
function residual(share: number): string {
  return share < 1e-6 ? `${scientific(share, 2)} (rounding)` : percentOf(share);
}
