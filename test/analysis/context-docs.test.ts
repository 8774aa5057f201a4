import { describe, expect, it } from 'vitest';
import { contextPage, extensions } from '../../scripts/docs-context';
import { readPage } from '../../scripts/docs-pages';

const reportOf = (name: string) => extensions.find((scheme) => scheme.name === name)!.report;

describe('context.md', () => {
  it('is what scripts/docs-context.ts writes', () =>
    expect(readPage('context.md')).toBe(contextPage(readPage('context.md'))));

  it('its example: 18 of 64 pairs meet untrained angles', () => {
    const { outsideCount, pairs, verdict } = reportOf('direct');
    expect([outsideCount, pairs.length, verdict.reachesUntrainedAngles]).toEqual([18, 64, true]);
  });

  it('dynamic NTK at the target is what NTK-aware is', () =>
    expect(reportOf('dynamic').pairs).toEqual(reportOf('ntk').pairs));

  it('whole rows tell neighbours apart in every storage, whatever the scheme', () => {
    for (const { report } of extensions) {
      expect(report.verdict.neighboursIdentical).toEqual({ f32: false, f16: false, bf16: false });
    }
  });

  it('direct extrapolation multiplies by 1, and leaves outside every pair of less than one turn', () => {
    for (const pair of reportOf('direct').pairs) {
      expect([pair.ratio, pair.outside]).toEqual([1, pair.trainedTurns < 1]);
    }
  });

  it('links to pages that are there', () => {
    for (const [, target] of readPage('context.md').matchAll(/\]\((\w+\.md)\)/g)) readPage(target!);
  });
});
