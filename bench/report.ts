import type { BenchEnvironment, BenchRow, SkippedPeer } from './schema';

const columns = [
  ['preset', 14],
  ['tokens', -6],
  ['dtype', 5],
  ['from', -7],
  ['subject', 16],
  ['median ms', -10],
  ['p20..p80', 17],
  ['GB/s', -7],
  ['of ceiling', -10],
  ['time', -7],
  ['max error', -9],
] as const satisfies readonly (readonly [string, number])[];

/** What stands above the table: where the numbers come from and how to get them again. */
export function headerOf(environment: BenchEnvironment): string {
  const { adapter, software, browser, platform, version, date, clock, rounds, minSpanMs, command } =
    environment;
  const peers = Object.entries(environment.peers).map(([name, itsVersion]) => `${name} ${itsVersion}`);
  const lines = [
    `webgpu-rope ${version}, ${date.slice(0, 10)}`,
    `adapter   ${adapter}${software ? ' (a software adapter: its times say nothing about a GPU)' : ''}`,
    `browser   ${browser}, ${platform}`,
    ...(peers.length > 0 ? [`peers     ${peers.join(', ')}`] : []),
    `clock     ${clock.kind === 'timestamp' ? 'GPU timestamps' : 'wall clock, submit to done'} (${clock.reason})`,
    `method    ${rounds} rounds, subjects interleaved in shuffled order, spans of ${minSpanMs} ms or more; checked, then timed`,
    `repeat    ${command}`,
  ];
  return lines.join('\n');
}

/** The table's first line. */
export function tableHead(): string {
  return line(columns.map(([title]) => title));
}

/** One line of the table; `ours` is webgpu-rope's row at the same setting. */
export function tableRow(row: BenchRow, ours: BenchRow): string {
  return line([
    shapeOf(row),
    String(row.tokens),
    row.dtype,
    String(row.start),
    row.subject,
    milliseconds(row.medianMs),
    `${milliseconds(row.p20Ms)}..${milliseconds(row.p80Ms)}`,
    row.gbPerSecond.toPrecision(3),
    `${(100 * row.ceilingShare).toFixed(0)}%`,
    row === ours ? '1' : `x${(row.medianMs / ours.medianMs).toPrecision(3)}`,
    `${row.maxError === 0 ? '0' : row.maxError.toExponential(1)}${row.withinContract ? '' : ' !'}`,
  ]);
}

/** The preset; where a sweep departs from it, how. */
function shapeOf({ preset, qHeads, kHeads, batch = 1 }: BenchRow): string {
  if (qHeads !== undefined) return `${qHeads}+${kHeads} heads`;
  return batch === 1 ? preset : `batch ${batch}`;
}

/** The line of a peer that could not be measured. */
export function skippedLine({ preset, tokens, dtype, start, subject, reason }: SkippedPeer): string {
  return line([preset, String(tokens), dtype, String(start), subject, `  not measured: ${reason}`]);
}

/** What stands below the table: what its columns mean. */
export function legend(rows: readonly BenchRow[]): string {
  const lines = [
    'GB/s: rotated part of Q and K, read and written, by the median time. of ceiling: an in-place multiply over as many',
    "bytes, by this one. time: median, in multiples of webgpu-rope's. max error: against float64, for inputs in (-1, 1).",
  ];
  if (rows.some((row) => !row.withinContract)) {
    lines.push('!: outside the numerics contract of webgpu-rope: speed at a wrong angle.');
  }
  return lines.join('\n');
}

/** A time with three or more significant digits. */
export function milliseconds(ms: number): string {
  if (ms >= 100) return ms.toFixed(0);
  if (ms >= 10) return ms.toFixed(1);
  if (ms >= 1) return ms.toFixed(2);
  return ms.toPrecision(3);
}

function line(cells: readonly string[]): string {
  const padded = cells.map((cell, i) => {
    const width = columns[i]?.[1] ?? 0;
    return width < 0 ? cell.padStart(-width) : cell.padEnd(width);
  });
  return padded.join('  ').trimEnd();
}
