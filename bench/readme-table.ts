/**
 * Makes the README's benchmark table from files that `npm run bench -- --json` wrote.
 *
 *   tsx bench/readme-table.ts bench/results/swiftshader-*.json  prints Markdown
 *   tsx bench/readme-table.ts --write README.md FILE…         replaces what stands between the markers there
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { milliseconds } from './report';
import type { BenchResult, BenchRow } from './schema';

const benchMarkers = ['<!-- bench: made by bench/readme-table.ts -->', '<!-- /bench -->'] as const;

/**
 * Several runs of one machine as one: of each row the run whose time is the median, and the median of the shares.
 *
 * @throws {RangeError} there is no run
 */
export function medianOfRuns(runs: readonly BenchResult[]): BenchResult {
  const [first] = runs;
  if (!first) throw new RangeError('runs: expected at least one, got none');
  const rows = first.rows.map((row) => {
    const same = runs.flatMap((run) => run.rows.filter((other) => keyOf(other) === keyOf(row)));
    const middle = middleOf(same, (other) => other.medianMs);
    return { ...middle, ceilingShare: middleOf(same, (other) => other.ceilingShare).ceilingShare };
  });
  return { ...first, rows };
}

/** One table a machine: a line a setting, a column a subject. */
export function markdownOf(result: BenchResult, runs: number): string {
  const { environment, rows } = result;
  const subjects = [...new Set(rows.map((row) => row.subject))].filter((name) => name !== 'ceiling');
  const peers = subjects.filter((name) => name !== 'webgpu-rope');
  const settings = new Map<string, BenchRow[]>();
  for (const row of rows) {
    const key = settingOf(row);
    settings.set(key, [...(settings.get(key) ?? []), row]);
  }
  const lines = [...settings.values()].flatMap((group) => {
    const ours = group.find((row) => row.subject === 'webgpu-rope');
    if (!ours) return [];
    const cells = peers.map((name) => {
      const peer = group.find((row) => row.subject === name);
      if (!peer) return '–';
      const wrong = peer.withinContract ? '' : ` (error ${peer.maxError.toExponential(0)})`;
      return `${(peer.medianMs / ours.medianMs).toPrecision(2)}x${wrong}`;
    });
    const { preset, tokens, dtype, start, medianMs, gbPerSecond, ceilingShare, maxError } = ours;
    return [
      row([
        preset,
        String(tokens),
        dtype,
        String(start),
        `${milliseconds(medianMs)} ms`,
        gbPerSecond.toPrecision(3),
        `${(100 * ceilingShare).toFixed(0)}%`,
        maxError.toExponential(0),
        ...cells,
      ]),
    ];
  });
  const titles = ['model', 'tokens', 'dtype', 'from', 'time', 'GB/s', 'of ceiling', 'error', ...peers];
  const { adapter, software, browser, platform, date, version } = environment;
  const versions = Object.entries(environment.peers).map(([name, itsVersion]) => `${name} ${itsVersion}`);
  return [
    `${adapter}${software ? ' (a software adapter: no speed of a GPU)' : ''}, ${browser}, ${platform}; webgpu-rope ${version}` +
      `${versions.length > 0 ? `, ${versions.join(', ')}` : ''}; ${date.slice(0, 10)}; ${runs === 1 ? 'one run' : `median of ${runs} runs`} of \`${environment.command}\``,
    '',
    row(titles),
    row(titles.map((_, i) => (i === 0 || i === 2 ? '---' : '--:'))),
    ...lines,
  ].join('\n');
}

/**
 * Puts text between two markers of a document, those of the benchmark's table unless told otherwise.
 *
 * @throws {RangeError} it has no markers
 */
export function replaceBetweenMarkers(
  markdown: string,
  text: string,
  [opening, closing]: readonly [string, string] = benchMarkers,
): string {
  const from = markdown.indexOf(opening);
  const to = markdown.indexOf(closing);
  if (from < 0 || to < from)
    throw new RangeError(`expected the markers ${opening} and ${closing}, got a document without`);
  return `${markdown.slice(0, from + opening.length)}\n${text}\n${markdown.slice(to)}`;
}

function keyOf(row: BenchRow): string {
  return `${settingOf(row)} ${row.subject}`;
}

function settingOf({ preset, tokens, dtype, start }: BenchRow): string {
  return `${preset} ${tokens} ${dtype} ${start}`;
}

function middleOf<T>(items: readonly T[], by: (item: T) => number): T {
  const sorted = [...items].sort((a, b) => by(a) - by(b));
  return sorted[Math.floor((sorted.length - 1) / 2)] as T;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

async function main(argv: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: { write: { type: 'string' } },
    allowPositionals: true,
  });
  if (positionals.length === 0)
    throw new RangeError('expected files that npm run bench -- --json wrote, got none');
  const results = await Promise.all(
    positionals.map(async (file) => JSON.parse(await readFile(file, 'utf8')) as BenchResult),
  );
  // Runs of the same adapter in the same browser are one table.
  const machines = new Map<string, BenchResult[]>();
  for (const result of results) {
    const { adapter, browser, platform } = result.environment;
    const key = `${adapter} ${browser} ${platform}`;
    machines.set(key, [...(machines.get(key) ?? []), result]);
  }
  const tables = [...machines.values()].map((runs) => markdownOf(medianOfRuns(runs), runs.length));
  const text = tables.join('\n\n');
  if (values.write === undefined) console.log(text);
  else await writeFile(values.write, replaceBetweenMarkers(await readFile(values.write, 'utf8'), text));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(`readme-table: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  });
}
