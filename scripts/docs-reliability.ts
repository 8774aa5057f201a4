// Writes the numbers of docs/reliability.md, from what runs have recorded: `npx tsx scripts/docs-reliability.ts`.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cannot } from '../consumers/harness/consumer';
import { recordedResults } from '../consumers/harness/results';
import { markdownTable, withSection, writeWhenRun } from './docs-pages';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A record's numbers as rows, by their own names: `{ host: { planted: 3 } }` is "host, planted" 3; of a list its length. */
export function rowsOf(record: Json, name: readonly string[] = []): string[][] {
  if (Array.isArray(record)) return [[name.join(', '), String(record.length)]];
  if (typeof record === 'object' && record !== null)
    return Object.entries(record).flatMap(([key, value]) => rowsOf(value, [...name, key]));
  return [[name.join(', '), String(record)]];
}

function recordedIn(path: string): string {
  const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
  if (!existsSync(file)) return 'Not recorded yet.\n';
  const record = JSON.parse(readFileSync(file, 'utf8')) as Json;
  return markdownTable(['', `in \`${path}\``], rowsOf(record));
}

function consumersTable(): string {
  const results = recordedResults();
  const rows = (['runtimes', 'engines', 'tools', 'types'] as const).map((group) => {
    const some = results.filter((one) => one.group === group && !(cannot in one.finding));
    const errors = some.flatMap(({ finding }) => (typeof finding.error === 'number' ? [finding.error] : []));
    const worst = errors.length > 0 ? String(Math.max(...errors)) : '–';
    return [group, String(some.length), some.map(({ name }) => name).join(', '), worst];
  });
  return markdownTable(['', 'right', 'which', 'largest error, of what is allowed'], rows);
}

/** The page, as it has to be. */
export function reliabilityPage(page: string): string {
  let text = withSection(page, 'consumers', consumersTable());
  text = withSection(text, 'fuzz', recordedIn('bench/results/fuzz.json'));
  text = withSection(text, 'faults', recordedIn('bench/results/faults.json'));
  return withSection(text, 'mutants', recordedIn('bench/results/mutants.json'));
}

void writeWhenRun(import.meta.url, 'reliability.md', reliabilityPage);
