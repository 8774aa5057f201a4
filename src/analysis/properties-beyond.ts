import { ropeConfig } from '../config/rope-config';
import { ropeFrequencies } from '../frequencies';
import { unscaledConfig } from './context-frequencies';
import {
  type EncodingShape,
  type EncodingSource,
  isRope,
  pairFrequencies,
  positionRows,
} from './encoding-source';
import { meetsNewAngles, slack } from './pair-angles';
import type { BeyondTraining } from './properties-types';

/**
 * What an encoding does up to `extension` times a trained length, by trying it.
 *
 * Angles are compared as {@link contextReport} compares them: for RoPE, training is taken to have had the frequencies
 * without their extension.
 *
 * @param side Positions on each axis that training saw.
 */
export function measureBeyond(
  source: EncodingSource,
  shape: EncodingShape,
  side: number,
  extension: number,
): BeyondTraining {
  const isTable = 'encoding' in source && source.encoding.type === 'learned';
  // A row of a table that training never reached is not trained, so the table is the trained length.
  const trainedLength = isTable ? shape.positions : side;
  // A product may be rounded up past a whole number, as 10 * 1.1 is.
  const targetLength = Math.max(trainedLength + 1, Math.ceil(trainedLength * extension * (1 - slack)));
  const lengths = { trainedLength, targetLength };
  const endsAt = Math.min(shape.positions, targetLength);
  const error = refusalOf(source, shape.axes, endsAt, targetLength);
  if (error !== null) {
    const sentence = `Positions from ${endsAt} on are refused: there are no rows for them.`;
    return { kind: 'refused', ...lengths, endsAt, error, growth: null, unseen: null, sentence };
  }
  const { growth, outside } = compareValues(atLength(source, targetLength), shape, lengths);
  const pairs = newAngles(source, lengths);
  const unseen = pairs
    ? ({ what: 'pairs', count: pairs.filter(Boolean).length, of: pairs.length } as const)
    : ({ what: 'elements', count: outside, of: shape.dim } as const);
  const kind = growth > 1 + slack ? 'grows' : unseen.count > 0 ? 'unseen' : 'seen';
  const found = { kind, ...lengths, endsAt: null, error: null, growth, unseen } as const;
  return { ...found, sentence: sentenceOf(found) };
}

/** The error of the first position that has no row, or null. */
function refusalOf(source: EncodingSource, axes: number, first: number, targetLength: number): string | null {
  if (first === targetLength) return null;
  try {
    positionRows(source, Array<number>(axes).fill(first));
    return null;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

const atLength = (source: EncodingSource, sequenceLength: number): EncodingSource =>
  isRope(source) && !source.fope ? { ...source, sequenceLength } : source;

interface Lengths {
  readonly trainedLength: number;
  readonly targetLength: number;
}

/** How much larger values get, and how many elements leave the range that training gave them. */
function compareValues(
  source: EncodingSource,
  { dim, axes }: EncodingShape,
  { trainedLength, targetLength }: Lengths,
): { growth: number; outside: number } {
  const [low, high] = [new Float64Array(dim).fill(Infinity), new Float64Array(dim).fill(-Infinity)];
  const sizes: number[] = [];
  const outside = new Set<number>();
  // Every element depends on one axis alone, so tokens that have the same position on each show it all. In blocks, so
  // that memory stays small.
  for (const [from, to] of [
    [0, trainedLength],
    [trainedLength, targetLength],
  ] as const) {
    let size = sizes[0] ?? 0;
    const isTrained = sizes.length === 0;
    for (let start = from; start < to; start += 1024) {
      const count = Math.min(1024, to - start);
      const positions = Float64Array.from({ length: axes * count }, (_, i) => start + (i % count));
      const rows = positionRows(source, positions);
      for (let at = 0; at < rows.length; at++) {
        const i = at % dim;
        const value = rows[at]!;
        size = Math.max(size, Math.abs(value));
        if (isTrained) {
          low[i] = Math.min(low[i]!, value);
          high[i] = Math.max(high[i]!, value);
        } else if (value < low[i]! - slack * size || value > high[i]! + slack * size) {
          outside.add(i);
        }
      }
    }
    sizes.push(size);
  }
  const [trained, reached] = [sizes[0]!, sizes[1]!];
  return { growth: reached === trained ? 1 : reached / trained, outside: outside.size };
}

/** Whether each pair meets angles that training did not show; undefined for an encoding without pairs. */
function newAngles(
  source: EncodingSource,
  { trainedLength, targetLength }: Lengths,
): readonly boolean[] | undefined {
  const reached = pairFrequencies(atLength(source, targetLength));
  if (!reached) return undefined;
  const trained =
    isRope(source) && !source.fope
      ? ropeFrequencies(unscaledConfig(ropeConfig(source.rope)), trainedLength).inverseFrequencies
      : reached;
  return Array.from(reached, (frequency, i) =>
    meetsNewAngles(trained[i]!, trainedLength, frequency, targetLength),
  );
}

type Found = Omit<BeyondTraining, 'sentence' | 'growth' | 'unseen'> & {
  readonly growth: number;
  readonly unseen: NonNullable<BeyondTraining['unseen']>;
};

function sentenceOf({ kind, trainedLength, targetLength, growth, unseen }: Found): string {
  const { what, count, of } = unseen;
  const opening = `At ${targetLength} positions after training on ${trainedLength}`;
  const share = `${count} of ${of} ${what}`;
  const isOne = count === 1;
  if (kind === 'grows') {
    const times = Number.isFinite(growth) ? `${Number(growth.toPrecision(3))} times` : 'infinitely';
    return `${opening}, values grow to ${times} the largest trained one; ${share} ${isOne ? 'leaves its' : 'leave their'} trained range.`;
  }
  if (kind === 'seen') return `${opening}, all ${of} ${what} stay within what training showed.`;
  return what === 'pairs'
    ? `${opening}, values stay as large as they were, but ${share} ${isOne ? 'meets' : 'meet'} angles never trained, as they made less than one turn.`
    : `${opening}, values stay as large as they were, but ${share} ${isOne ? 'leaves its' : 'leave their'} trained range.`;
}
