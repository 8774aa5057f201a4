import { integer, significant } from '../../format';
import type { ComparedScheme, Treatment } from './compare';

/** What the numbers say, in sentences; nothing here is known beforehand. */

/** Which schemes keep every pair within trained angles, and which do not, in one or two sentences. */
export function verdictOf(schemes: readonly ComparedScheme[]): string {
  const { trainedLength, targetLength, pairs } = reportOf(schemes);
  const count = `${pairs.length} pairs`;
  if (targetLength <= trainedLength) {
    return (
      `${integer(targetLength)} tokens are no more than the ${integer(trainedLength)} of training, so there is nothing to ` +
      'extend: no scheme changes a frequency. Make the target longer.'
    );
  }
  const within = schemes.filter(({ report }) => report.outsideCount === 0);
  const outside = schemes.filter(({ report }) => report.outsideCount > 0);
  const lengths = `From ${integer(trainedLength)} tokens to ${integer(targetLength)}, ${short(targetLength / trainedLength)} times as many`;
  if (outside.length === 0) {
    return `${lengths}: every scheme keeps all ${count} within angles that training made.`;
  }
  const named = listOf(outside.map(({ title, report }) => `${title} (${report.outsideCount})`));
  const rest = `Pairs that meet angles never trained: ${named}, of ${count}.`;
  return within.length === 0
    ? `${lengths}: no scheme keeps all ${count} within angles that training made. ${rest}`
    : `${lengths}: ${listOf(within.map(({ title }) => title))} ${within.length === 1 ? 'keeps' : 'keep'} all ${count} within angles that training made. ${rest}`;
}

/** What a scheme costs besides new angles, a phrase each; `direct` is the unscaled one to compare with. Empty: nothing. */
export function priceOf({ report }: ComparedScheme, { report: direct }: ComparedScheme): string[] {
  const { verdict, localResolution, attentionFactor, baseAttentionFactor } = report;
  const phrases: string[] = [];
  if (verdict.neighboursCloser) {
    phrases.push(`neighbours ${short(1 / localResolution)} times closer in fast pairs`);
  }
  const [blind, blindBefore] = [report.blindPairs.bf16, direct.blindPairs.bf16];
  if (blind > blindBefore) {
    phrases.push(`${blind} pairs blind in bf16 (unscaled ${blindBefore})`);
  }
  const same = (['f16', 'bf16'] as const).filter((dtype) => verdict.neighboursIdentical[dtype]);
  if (same.length > 0) phrases.push(`some neighbours all the same in ${listOf(same)}`);
  if (verdict.changesShortTexts) phrases.push('short texts change');
  if (verdict.dependsOnLength) phrases.push('cached keys have to be rerotated');
  if (verdict.scalesScores) {
    phrases.push(`scores times ${short((attentionFactor / baseAttentionFactor) ** 2)}`);
  }
  return phrases;
}

/** What a scheme does to the pairs: "21 kept, 25 between, 18 divided by 8". */
export function treatmentText({ kept, between, divided }: Treatment, factor: number): string {
  const parts = [
    kept > 0 ? `${kept} kept` : '',
    between > 0 ? `${between} between` : '',
    divided > 0 ? `${divided} divided by ${short(factor)}` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** "18 of 64 outside", or "all within". */
export function outsideText({ report }: ComparedScheme): string {
  const { outsideCount, pairs } = report;
  return outsideCount === 0 ? 'all within' : `${outsideCount} of ${pairs.length} outside`;
}

/** The distance at which q·k has halved, in words for a table. */
export function halfText({ report }: Pick<ComparedScheme, 'report'>): string {
  const { halfDistance } = report.decay;
  return halfDistance === null ? 'never' : significant(halfDistance);
}

function reportOf(schemes: readonly ComparedScheme[]): ComparedScheme['report'] {
  const [first] = schemes;
  if (!first) throw new RangeError('schemes: expected at least one, got none');
  return first.report;
}

/** "a", "a and b", "a, b and c". */
export function listOf(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** Three digits, without zeros at the end: 8, 1.27, 2 048. */
export function short(value: number): string {
  const rounded = Number(value.toPrecision(value >= 1000 ? 4 : 3));
  return Number.isInteger(rounded) ? integer(rounded) : String(rounded);
}
