/** The tables of `npm run bench -- --qkv`, for the terminal. */
import type { QkvHostRow, QkvRow, QkvSkipped } from './types';

/** Three or more significant digits. */
function digits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  if (value >= 10) return value.toFixed(1);
  if (value >= 1) return value.toFixed(2);
  return value.toPrecision(3);
}

function line(widths: readonly number[], cells: readonly string[]): string {
  const padded = cells.map((cell, i) => {
    const width = widths[i] ?? 0;
    return width < 0 ? cell.padStart(-width) : cell.padEnd(width);
  });
  return padded.join('  ').trimEnd();
}

const widths = [14, 13, 26, -9, 17, -8, -11, -7, -8, -9];
const hostWidths = [14, 34, -9, 15];

export const qkvHead = line(widths, [
  ...['model', 'work', 'subject', 'us', 'p20..p80', 'launches', 'bytes moved', 'of copy', 'time', 'error'],
]);

/** `ours` is webgpu-rope's row at the same work. */
export function qkvLine(row: QkvRow, ours: QkvRow): string {
  const { model, work, subject, medianMs, p20Ms, p80Ms, launches, bytesMoved, bytesNeeded } = row;
  return line(widths, [
    model,
    work,
    subject,
    digits(medianMs * 1e3),
    `${digits(p20Ms * 1e3)}..${digits(p80Ms * 1e3)}`,
    launches === undefined ? '' : String(launches),
    bytesMoved === undefined ? '' : `x${(bytesMoved / bytesNeeded).toFixed(2)}`,
    `${(100 * row.copyShare).toFixed(0)}%`,
    `x${digits(medianMs / ours.medianMs)}`,
    row.maxError === undefined ? '' : row.maxError.toExponential(1),
  ]);
}

export const qkvHostHead = line(hostWidths, ['model', 'host time of a layer', 'us', 'p20..p80']);

export function qkvHostLine({ model, subject, medianUs, p20Us, p80Us, note }: QkvHostRow): string {
  const range = `${digits(p20Us)}..${digits(p80Us)}`;
  return line(hostWidths, [model, subject, digits(medianUs), range, note]);
}

export const qkvSkippedLine = ({ model, work, subject, reason }: QkvSkipped): string =>
  line(widths, [model, work, subject, `not measured: ${reason}`]);

/** What the columns mean. */
export const qkvLegend = `GPU time, launches and bytes of a layer. bytes moved: what the launches read and write, in multiples of what must move (Q, K and V
read once and written once). of copy: the time of a copy of what must move, by this one. time: in multiples of webgpu-rope's.`;
