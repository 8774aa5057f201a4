/** Heat maps as PNG: a pixel a cell, 256 colours, not compressed, so that the bytes are the same everywhere. */
import { crc32 } from 'node:zlib';

type Rgb = readonly [red: number, green: number, blue: number];

/** From -1 over 0 to 1: blue, nearly white, orange. Told apart by those who see fewer colours too. */
const diverging: readonly Rgb[] = [
  [20, 74, 150],
  [86, 150, 214],
  [240, 240, 238],
  [232, 150, 84],
  [160, 68, 12],
];

/** A colour of the diverging scale; what lies outside -1..1 gets the end's. */
const paletteSize = 255;
const palette = Uint8Array.from(
  Array.from({ length: paletteSize }, (_, i) => colourAt(i / (paletteSize - 1))).flat(),
);

function colourAt(t: number): number[] {
  const at = t * (diverging.length - 1);
  const low = Math.min(Math.floor(at), diverging.length - 2);
  const [a, b] = [diverging[low]!, diverging[low + 1]!];
  return a.map((value, channel) => Math.round(value + (b[channel]! - value) * (at - low)));
}

/**
 * A data URL of a picture with `rows[y][x]` in the diverging scale, row 0 on top.
 *
 * @param rows Numbers in -1..1, all rows of one length; NaN is transparent.
 */
export function heatPng(rows: readonly (readonly number[])[]): string {
  const height = rows.length;
  const width = rows[0]!.length;
  // A filter byte before each row; the last index is transparent.
  const pixels = rows.flatMap((row) => [
    0,
    ...row.map((value) =>
      Number.isNaN(value) ? paletteSize : Math.round(((clamp(value) + 1) / 2) * (paletteSize - 1)),
    ),
  ]);
  const header = [...word(width), ...word(height), 8, 3, 0, 0, 0];
  const opaque = Array<number>(paletteSize).fill(255);
  const bytes = [
    ...[137, 80, 78, 71, 13, 10, 26, 10],
    ...chunk('IHDR', header),
    ...chunk('PLTE', [...palette, 0, 0, 0]),
    ...chunk('tRNS', [...opaque, 0]),
    ...chunk('IDAT', stored(pixels)),
    ...chunk('IEND', []),
  ];
  return `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`;
}

const clamp = (value: number): number => Math.min(1, Math.max(-1, value));

const word = (value: number): number[] => [
  value >>> 24,
  (value >>> 16) & 255,
  (value >>> 8) & 255,
  value & 255,
];

function chunk(type: string, data: readonly number[]): number[] {
  const body = [...Buffer.from(type), ...data];
  return [...word(data.length), ...body, ...word(crc32(Buffer.from(body)))];
}

/** A zlib stream of one stored block: at most 65 535 bytes. */
function stored(data: readonly number[]): number[] {
  const { length } = data;
  if (length > 65_535) throw new RangeError(`pixels: expected at most 65535 bytes, got ${length}`);
  let [a, b] = [1, 0];
  for (const byte of data) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  const size = [length & 255, length >> 8];
  return [0x78, 0x01, 1, ...size, ...size.map((byte) => byte ^ 255), ...data, ...word(b * 65_536 + a)];
}
