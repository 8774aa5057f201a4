import { describe, expect, test } from 'vitest';
import { costRow, creationRows, encodeRows, tableKindRows, tableRows } from '../../bench/cost-rows';
import { costHead, costLine } from '../../bench/costs';

describe('rows of --costs', () => {
  test('a row sums its samples up; what is not given is not there', () => {
    expect(costRow('bind', 'us', [3, 1, 2])).toEqual({
      what: 'bind',
      unit: 'us',
      median: 2,
      p20: 1.4,
      p80: 2.6,
      samples: 3,
      note: '',
    });
  });
  test('encodes have a bar, the WebGPU calls that they cannot do without have none', () => {
    const rows = encodeRows([
      { name: 'same start', samplesUs: [0.5] },
      { name: 'WebGPU calls alone', samplesUs: [0.2] },
    ]);
    expect(rows.map(({ what, bar }) => [what, bar])).toEqual([
      ['encode, same start', 1],
      ['WebGPU calls alone', undefined],
    ]);
  });
  test('creation: cold and new devices against the bar, warm ones not', () => {
    const sample = {
      createRopeMs: 200,
      bindUs: 900,
      firstEncodeUs: 600,
      secondEncodeUs: 100,
      firstSubmitMs: 5,
      secondSubmitMs: 3,
    };
    const rows = creationRows([sample], [{ ...sample, createRopeMs: 150 }], [{ ...sample, createRopeMs: 7 }]);
    expect(rows.slice(0, 3).map(({ what, median, bar }) => [what, median, bar])).toEqual([
      ['createRope, cold', 200, 300],
      ['createRope, new device', 150, 300],
      ['createRope, warm', 7, undefined],
    ]);
    expect(rows.find(({ what }) => what === 'first encode, cold')).toMatchObject({ unit: 'us', bar: 1000 });
  });
  test('tables: bytes beside the build time; one that fits no binding has bytes alone', () => {
    const [built, unbuilt] = tableRows([
      { kind: 'two-digit', positions: 2 ** 20, bytes: 2 ** 20, samplesMs: [3] },
      { kind: 'full', positions: 2 ** 20, bytes: 2 ** 29, samplesMs: [] },
    ]);
    expect(built).toMatchObject({ what: 'two-digit table, 1048576 positions', bytes: 2 ** 20, bar: 20 });
    expect(unbuilt).toMatchObject({ bytes: 2 ** 29, samples: 0 });
    expect(unbuilt).not.toHaveProperty('median');
    expect(costLine(unbuilt as NonNullable<typeof unbuilt>)).toMatch(/– .* 536870912 .*not built/);
  });
  test('the ratio of the two kinds of table is taken round by round, so that drift cancels', () => {
    const rows = tableKindRows({ tokens: 512, twoDigitMs: [1.05, 10.5, 105], fullMs: [1, 10, 100] });
    expect(rows[2]).toMatchObject({ unit: 'ratio', bar: 1.1 });
    expect(rows[2]?.p20).toBeCloseTo(1.05);
    expect(rows[2]?.p80).toBeCloseTo(1.05);
  });
});

describe('the table', () => {
  test('a bar says whether it was kept', () => {
    expect(costLine(costRow('encode', 'us', [0.5], { bar: 1 }))).toMatch(/0\.500 .* us .* <= 1 kept$/);
    expect(costLine(costRow('encode', 'us', [1.5], { bar: 1 }))).toMatch(/<= 1 MISSED$/);
  });
  test('columns stand under their titles', () => {
    const line = costLine({ ...costRow('a table', 'ms', [12.34], { bar: 20, note: 'built' }), bytes: 4096 });
    for (const [title, cell] of [
      ['bar', '<= 20'],
      ['note', 'built'],
    ] as const) {
      expect(line.indexOf(cell)).toBe(costHead.indexOf(title));
    }
    expect(line.indexOf('4096') + 4).toBe(costHead.indexOf('bytes') + 'bytes'.length);
    expect(line.indexOf('12.3') + 4).toBe(costHead.indexOf('median') + 'median'.length);
  });
});
