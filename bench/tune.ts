/** `npm run tune`: measures how the kernel is best spread over this adapter. See `--help`. */
import { parseArgs } from 'node:util';
import type { RopeTuning } from 'webgpu-rope';
import { commandOf, parseBenchArguments, settingsOf } from './args';
import type { TuningTrial } from './harness/tunings';
import { openHost } from './open-host';
import { showProgress } from './progress';
import { milliseconds } from './report';
import { bestTuning, type TuningResult } from './tuning-choice';

const usage = `Measures the tunings that createRope takes, on this machine's adapter, and prints the best.

  npm run tune -- [options]

  --preset SLUG,…    default llama-3.1-8b
  --tokens N,…       default 1,32,512,4096: decode to prefill, each counting alike
  --dtype TYPE,…     default f32,f16
  --rounds N         samples of each tuning (default 11)
  --dawn             without a browser (see npm run bench -- --help)
  --help`;

const workgroupSizes = [16, 32, 64, 128, 256];
const invocations = [1, 64, 128, 256, 512, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576];
const tunings: readonly RopeTuning[] = workgroupSizes.flatMap((workgroupSize) =>
  invocations.flatMap((count) =>
    [true, false].map((firstHeadAhead) => ({ workgroupSize, invocations: count, firstHeadAhead })),
  ),
);

async function main(argv: readonly string[]): Promise<void> {
  const { tokens: positionals } = parseArgs({ args: [...argv], strict: false, tokens: true });
  if (positionals.some((token) => token.kind === 'option' && ['help', 'h'].includes(token.name))) {
    console.log(usage);
    return;
  }
  const options = parseBenchArguments([
    ...['--preset=llama-3.1-8b', '--dtype=f32,f16', '--rounds=11'].filter((word) => !givenIn(argv, word)),
    ...argv,
  ]);
  let activity = '';
  const host = await openHost(options.dawn ? 'dawn' : 'browser', {
    peers: [],
    onProgress: (text) => showProgress(`${activity}: ${text}`),
  });
  try {
    const { name, software } = await host.adapter();
    console.log(`${name}${software ? ' (a software adapter)' : ''}, ${host.runtime}\n`);
    const results: TuningResult[] = [];
    for (const setting of settingsOf(options)) {
      activity = `${setting.preset}, ${setting.tokens} tokens, ${setting.dtype}`;
      const trials = await host.tune({ setting, tunings }, { ...options, peers: [] });
      results.push({ setting, trials });
      showProgress('');
      const quickest = trials.reduce((best, trial) => (trial.medianMs < best.medianMs ? trial : best));
      console.log(`${activity.padEnd(36)} ${describe(quickest)}`);
    }
    const { tuning, worst, mean } = bestTuning(results);
    console.log(`
best over all of these: ${(100 * (mean - 1)).toFixed(0)}% behind the quickest of each on average, ${(100 * (worst - 1)).toFixed(0)}% at most
  createRope(device, config, { tuning: { ${words(tuning)} } })
repeat: ${commandOf('tune', argv, process.env.WEBGPU_ADAPTER)}`);
  } finally {
    await host.close();
  }
}

/** Whether the command line names the option of this word itself. */
function givenIn(argv: readonly string[], word: string): boolean {
  const option = word.slice(0, word.indexOf('='));
  return argv.some((given) => given === option || given.startsWith(`${option}=`));
}

function describe({ tuning, medianMs }: TuningTrial): string {
  return `${milliseconds(medianMs)} ms with ${words(tuning)}`;
}

function words({ workgroupSize, invocations, firstHeadAhead }: RopeTuning): string {
  return `workgroupSize: ${workgroupSize}, invocations: ${invocations}, firstHeadAhead: ${firstHeadAhead}`;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  showProgress('');
  console.error(`tune: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
