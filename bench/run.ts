/** `npm run bench`: measures in a headless browser and prints a table. See `--help`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type BenchArguments, commandOf, parseBenchArguments, settingsOf, usage } from './args';
import { openHost } from './host';
import { describeMachine, packageVersions } from './machine';
import { showProgress } from './progress';
import { headerOf, legend, skippedLine, tableHead, tableRow } from './report';
import type { BenchEnvironment, BenchResult, BenchRow, SkippedPeer } from './schema';

async function main(argv: readonly string[]): Promise<void> {
  const options = parseBenchArguments(argv);
  if (options.help) {
    console.log(usage);
    return;
  }
  const result = await measureAll(options, commandOf('bench', argv, process.env.WEBGPU_ADAPTER));
  if (options.json !== undefined) {
    await mkdir(dirname(options.json), { recursive: true });
    await writeFile(options.json, `${JSON.stringify(result, null, 1)}\n`);
    console.log(`\nwritten to ${options.json}`);
  }
}

async function measureAll(options: BenchArguments, command: string): Promise<BenchResult> {
  const { rounds, minSpanMs, peers } = options;
  const settings = settingsOf(options);
  let doing = '';
  const host = await openHost(options.dawn ? 'dawn' : 'browser', {
    peers,
    onProgress: (text) => showProgress(`${doing}: ${text}`),
  });
  try {
    const { name: adapter, software } = await host.adapter();
    const environment: BenchEnvironment = {
      adapter,
      software,
      browser: host.runtime,
      platform: describeMachine(),
      ...(await packageVersions(peers)),
      date: new Date().toISOString(),
      clock: await host.clock(),
      rounds,
      minSpanMs,
      command,
    };
    console.log(`${headerOf(environment)}\n\n${tableHead()}`);
    const rows: BenchRow[] = [];
    const skipped: SkippedPeer[] = [];
    for (const [index, setting] of settings.entries()) {
      doing = `${index + 1} of ${settings.length}`;
      const result = await host.measure(setting, { rounds, minSpanMs, peers });
      rows.push(...result.rows);
      skipped.push(...result.skipped);
      showProgress('');
      for (const row of result.rows) console.log(tableRow(row, result.rows[0] as BenchRow));
      for (const peer of result.skipped) console.log(skippedLine(peer));
    }
    console.log(`\n${legend(rows)}`);
    return { environment, rows, skipped };
  } finally {
    await host.close();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  showProgress('');
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
