/** The palette of charts; the colours themselves are in style/tokens.css, for light and dark. */

/** How many colours of series there are. */
export const seriesCount = 8;

/** The colour of the n-th series, for fill and stroke and in legends: follows the scheme by itself. */
export function series(n: number): string {
  return `var(--series-${(n % seriesCount) + 1})`;
}

export type RampName = 'sequential' | 'diverging';

/** Stops of each ramp, in tokens.css from -1 on. */
const rampStops: Readonly<Record<RampName, number>> = { sequential: 6, diverging: 7 };

/** A CSS gradient of a ramp, low to high from left to right. */
export function rampGradient(name: RampName): string {
  const stops = Array.from({ length: rampStops[name] }, (_, n) => `var(--${name}-${n + 1})`);
  return `linear-gradient(to right, ${stops.join(', ')})`;
}

/** A ramp as 256 colours in the byte order of ImageData, read from the scheme of now. */
export function rampTable(name: RampName): Uint32Array {
  const style = getComputedStyle(document.documentElement);
  const stops = Array.from({ length: rampStops[name] }, (_, n) =>
    channels(style.getPropertyValue(`--${name}-${n + 1}`).trim()),
  );
  const bytes = new Uint8ClampedArray(256 * 4);
  for (let at = 0; at < 256; at++) {
    const place = (at / 255) * (stops.length - 1);
    const low = Math.min(stops.length - 2, Math.floor(place));
    const [from, to] = [stops[low] ?? [], stops[low + 1] ?? []];
    for (let c = 0; c < 3; c++) {
      bytes[4 * at + c] = (from[c] ?? 0) + ((to[c] ?? 0) - (from[c] ?? 0)) * (place - low);
    }
    bytes[4 * at + 3] = 255;
  }
  return new Uint32Array(bytes.buffer);
}

/** Red, green and blue of `#rrggbb`, 0 to 255. */
function channels(color: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}
