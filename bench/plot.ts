/**
 * Draws what `npm run bench -- --sweep … --json FILE` wrote, an SVG a sweep, beside the first file. Several files are runs
 * of the same sweeps: their median is drawn.
 *
 *   npm run plot -- bench/results/sweep-swiftshader.json     writes bench/results/sweep-swiftshader-tokens.svg, …
 */
import { readFile, writeFile } from 'node:fs/promises';
import type { SweepResult } from './schema';
import { mergeSweeps, plotSweep, sweepsIn } from './sweep-plot';

async function main(files: readonly string[]): Promise<void> {
  const [first] = files;
  if (first === undefined)
    throw new RangeError('expected files that npm run bench -- --sweep wrote, got none');
  const runs = await Promise.all(
    files.map(async (file) => JSON.parse(await readFile(file, 'utf8')) as SweepResult),
  );
  const result = mergeSweeps(runs);
  for (const sweep of sweepsIn(result)) {
    const file = `${first.replace(/(-\d+)?\.json$/, '')}-${sweep}.svg`;
    await writeFile(file, plotSweep(result, sweep));
    console.log(file);
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`plot: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
