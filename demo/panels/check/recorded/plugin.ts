/** Runs at build time, in Node: puts what the page needs of bench/results/peers-*.json into the module `virtual:recorded`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import type { BenchResult } from '../../../../bench/schema';
import { extractRun, type RecordedRun } from './extract';

const name = 'virtual:recorded';

/** Every run beside peers that bench/results has, by file name. */
export function recordedRuns(folder: string): RecordedRun[] {
  return filesOf(folder).map((file) => extractRun(JSON.parse(readFileSync(file, 'utf8')) as BenchResult));
}

/** @param folder bench/results. */
export function recordedPlugin(folder: string): Plugin {
  return {
    name: 'recorded-results',
    resolveId: (source) => (source === name ? `\0${name}` : undefined),
    load(id) {
      if (id !== `\0${name}`) return undefined;
      for (const file of filesOf(folder)) this.addWatchFile(file);
      return `export const recorded = ${JSON.stringify(recordedRuns(folder))};`;
    },
  };
}

function filesOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => /^peers-.*\.json$/.test(file))
    .sort()
    .map((file) => join(folder, file));
}
