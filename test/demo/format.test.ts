import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  bytes,
  integer,
  milliseconds,
  percent,
  plain,
  rate,
  scientific,
  significant,
} from '../../demo/format';
import { seriesCount } from '../../demo/widgets/colors';
import { contrast } from './contrast';

test('numbers as the page writes them, and as a terminal gets them', () => {
  const written = [
    integer(0),
    integer(1_048_576),
    significant(8.526),
    significant(104.4),
    significant(2345.6),
    significant(0.01234),
    significant(1.5e-5),
    scientific(4.88e-4, 2),
    scientific(0),
    bytes(999),
    bytes(16_384),
    bytes(5_242_880),
    percent(0.256),
    percent(0.004),
    percent(1.041),
    milliseconds(8.526),
    milliseconds(0.0856),
    rate(0.415),
  ];
  // A line may break at a plain space, and a number must not part from its unit.
  expect(written.filter((text) => text.includes(' '))).toEqual([]);
  expect(written.map(plain)).toEqual([
    '0',
    '1 048 576',
    '8.53',
    '104',
    '2 346',
    '0.0123',
    '1.50e-5',
    '4.9e-4',
    '0',
    '999 B',
    '16.4 kB',
    '5.24 MB',
    '26%',
    '0.4%',
    '104%',
    '8.53 ms',
    '85.6 µs',
    '0.415 GB/s',
  ]);
});

describe('contrast of the palette (WCAG 2.2: text 4.5, edges of controls and focus rings 3)', () => {
  const css = readFileSync('demo/style/tokens.css', 'utf8');
  const [light, dark] = css.split('@media');
  for (const [scheme, text] of [
    ['light', light],
    ['dark', dark],
  ] as const) {
    const color = (name: string): string => {
      const found = new RegExp(`--${name}: (#[0-9a-f]{6})\\b`).exec(text ?? '')?.[1];
      if (!found) throw new Error(`tokens.css, ${scheme}: expected --${name}, got none`);
      return found;
    };
    const pairs: [front: string, back: string, least: number][] = [
      ...['paper', 'surface', 'sunken', 'pass-soft', 'fail-soft'].map((back): [string, string, number] => [
        'ink',
        back,
        4.5,
      ]),
      ...['paper', 'surface', 'sunken'].map((back): [string, string, number] => ['muted', back, 4.5]),
      ['on-accent', 'accent', 4.5],
      ['accent', 'surface', 4.5],
      ['pass', 'pass-soft', 4.5],
      ['fail', 'fail-soft', 4.5],
      ['fail', 'surface', 4.5],
      ['edge', 'surface', 3],
      // Series are named in their own colours here and there.
      ...Array.from({ length: seriesCount }, (_, n): [string, string, number] => [
        `series-${n + 1}`,
        'surface',
        4.5,
      ]),
    ];
    for (const [front, back, least] of pairs) {
      test(`${scheme}: ${front} on ${back}`, () => {
        expect(contrast(color(front), color(back))).toBeGreaterThanOrEqual(least);
      });
    }
  }
});
