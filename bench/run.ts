/** `npm run bench`: measures in a headless browser and prints a table. See `--help` and bench/README.md. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type BenchArguments, commandOf, parseBenchArguments, settingsOf, usage } from './args';
import { costHead, costLine, measureCosts } from './costs';
import { heapHead, heapLegend, heapLines, profileHeap } from './heap';
import type { BenchHost } from './host';
import { describeMachine, packageVersions } from './machine';
import { openHost } from './open-host';
import { showProgress } from './progress';
import { qkvWorks } from './qkv/cases';
import { qkvHead, qkvHostHead, qkvHostLine, qkvLegend, qkvLine, qkvSkippedLine } from './qkv/report';
import type { QkvBenchResult, QkvHostRow, QkvRow, QkvSkipped } from './qkv/types';
import { headerOf, legend, skippedLine, tableHead, tableRow } from './report';
import type {
  BenchEnvironment,
  BenchResult,
  BenchRow,
  CostResult,
  CostRow,
  HeapResult,
  SkippedPeer,
  SweepResult,
} from './schema';
import { sweepPoints } from './sweeps';

/** What every kind of run has at hand. */
interface Bench {
  readonly options: BenchArguments;
  readonly host: BenchHost;
  readonly environment: BenchEnvironment;
  /** Shows what is going on. */
  progress(text: string): void;
  openAnother(): Promise<BenchHost>;
}

async function main(argv: readonly string[]): Promise<void> {
  const options = parseBenchArguments(argv);
  if (options.help) {
    console.log(usage);
    return;
  }
  const result = await runBench(options, commandOf('bench', argv, process.env.WEBGPU_ADAPTER));
  if (options.json !== undefined) {
    await mkdir(dirname(options.json), { recursive: true });
    await writeFile(options.json, `${JSON.stringify(result, null, 1)}\n`);
    console.log(`\nwritten to ${options.json}`);
  }
}

async function runBench(options: BenchArguments, command: string): Promise<object> {
  const { rounds, minSpanMs, peers } = options;
  let activity = '';
  const open = (): Promise<BenchHost> =>
    openHost(options.dawn ? 'dawn' : 'browser', {
      peers,
      onProgress: (text) => showProgress(`${activity}: ${text}`),
    });
  const host = await open();
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
    console.log(`${headerOf(environment)}\n`);
    const progress = (text: string): void => {
      activity = text;
      showProgress(text);
    };
    const bench: Bench = { options, host, environment, progress, openAnother: open };
    switch (options.mode) {
      case 'costs':
        return await runCosts(bench);
      case 'heap':
        return await runHeap(bench);
      case 'qkv':
        return await runQkv(bench);
      case 'sweep':
        return await runSweeps(bench);
      case 'settings':
        return await runSettings(bench);
    }
  } finally {
    await host.close();
  }
}

async function runSettings(bench: Bench): Promise<BenchResult> {
  const settings = settingsOf(bench.options);
  return measureAll(
    bench,
    settings.map((setting) => ({ setting, mark: {} })),
  );
}

async function runSweeps(bench: Bench): Promise<SweepResult> {
  const { sweeps, dtypes, starts } = bench.options;
  const points = sweepPoints(sweeps, dtypes, starts[0] as number);
  return measureAll(
    bench,
    points.map(({ setting, sweep, at }) => ({ setting, mark: { sweep, at } })),
  );
}

/** Measures settings one after the other and prints them; a mark goes into every row of its setting. */
async function measureAll<M extends object>(
  { options: { rounds, minSpanMs, peers }, host, environment, progress }: Bench,
  items: readonly { readonly setting: Parameters<BenchHost['measure']>[0]; readonly mark: M }[],
): Promise<{ environment: BenchEnvironment; rows: (BenchRow & M)[]; skipped: SkippedPeer[] }> {
  console.log(tableHead());
  const rows: (BenchRow & M)[] = [];
  const skipped: SkippedPeer[] = [];
  for (const [index, { setting, mark }] of items.entries()) {
    progress(`${index + 1} of ${items.length}`);
    const result = await host.measure(setting, { rounds, minSpanMs, peers });
    rows.push(...result.rows.map((row) => ({ ...row, ...mark })));
    skipped.push(...result.skipped);
    showProgress('');
    for (const row of result.rows) console.log(tableRow(row, result.rows[0] as BenchRow));
    for (const peer of result.skipped) console.log(skippedLine(peer));
  }
  console.log(`\n${legend(rows)}`);
  return { environment, rows, skipped };
}

async function runCosts({ options, host, environment, progress, openAnother }: Bench): Promise<CostResult> {
  const { dtypes, rounds, minSpanMs, tokens } = options;
  console.log(costHead);
  const costs: CostRow[] = [];
  for (const dtype of dtypes) {
    const parts = measureCosts(host, { dtype, rounds, minSpanMs, tokens, openAnother, onProgress: progress });
    for await (const rows of parts) {
      costs.push(...rows.map((row) => ({ dtype, ...row })));
      showProgress('');
      for (const row of rows) console.log(costLine(row));
    }
  }
  return { environment, costs };
}

async function runQkv({ options, host, environment, progress }: Bench): Promise<QkvBenchResult> {
  const { presets: models, tokens, rounds, minSpanMs, peers } = options;
  const works = qkvWorks.filter((work) => tokens.includes(work.tokens));
  const rows: QkvRow[] = [];
  const skipped: QkvSkipped[] = [];
  const hostRows: QkvHostRow[] = [];
  console.log(qkvHead);
  for (const model of models) {
    for (const work of works) {
      progress(`${model}, ${work.name}`);
      const result = await host.qkv({ model, work }, { rounds, minSpanMs, peers });
      rows.push(...result.rows);
      skipped.push(...result.skipped);
      showProgress('');
      for (const row of result.rows) console.log(qkvLine(row, result.rows[0] as QkvRow));
      for (const each of result.skipped) console.log(qkvSkippedLine(each));
    }
  }
  console.log(`\n${qkvHostHead}`);
  for (const model of models) {
    progress(`${model}, host time`);
    const measured = await host.qkvHost(model, { rounds, minSpanMs, peers });
    hostRows.push(...measured);
    showProgress('');
    for (const row of measured) console.log(qkvHostLine(row));
  }
  console.log(`\n${qkvLegend}`);
  return { environment, rows, host: hostRows, skipped };
}

async function runHeap({ options, host, environment, progress }: Bench): Promise<HeapResult> {
  const { encodes, dtypes } = options;
  console.log(heapHead);
  const heap = [];
  for (const dtype of dtypes) {
    for await (const row of profileHeap(host, { encodes, dtype, onProgress: progress })) {
      heap.push(row);
      showProgress('');
      for (const text of heapLines(row)) console.log(text);
    }
  }
  console.log(`\n${heapLegend}`);
  return { environment, heap };
}

main(process.argv.slice(2)).catch((error: unknown) => {
  showProgress('');
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
