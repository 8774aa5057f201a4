/** What the consumers found when they were last recorded: consumers/results.json. */
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Consumer, Finding } from './consumer';

const file = join(import.meta.dirname, '../results.json');

export interface Result extends Pick<Consumer, 'name' | 'group'> {
  /** Of packages of npm. */
  readonly versions: Readonly<Record<string, string>>;
  readonly finding: Finding;
}

export interface Recorded extends Result {
  /** When, `2026-11-26`. */
  readonly date: string;
}

export function recordedResults(): readonly Recorded[] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Recorded[]) : [];
}

/** Writes results in the place of those of the same name. */
export async function record(results: readonly Result[]): Promise<void> {
  const date = new Date().toISOString().slice(0, 10);
  const merged = new Map(recordedResults().map((one) => [one.name, one]));
  for (const one of results) merged.set(one.name, { ...one, date });
  await writeFile(file, `${JSON.stringify([...merged.values()], undefined, 2)}\n`);
}
