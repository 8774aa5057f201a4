/**
 * `npm run test:mutants`: StrykerJS changes the pure rooms of src one expression at a time, and expects their tests to turn red.
 *
 * `--rooms frequencies,tables` takes some of them; `--json FILE` writes how many were noticed, by room. What it needs is installed into
 * scripts/stryker at its first use.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'scripts/stryker');

const { values } = parseArgs({
  options: {
    rooms: { type: 'string', default: 'frequencies,tables,positions,config' },
    json: { type: 'string' },
  },
});

function run(command: string, args: readonly string[], cwd: string, env = process.env): void {
  const { status } = spawnSync(command, args, {
    cwd,
    env,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: expected 0, got ${status}`);
}

interface Report {
  readonly files: Readonly<Record<string, { readonly mutants: readonly { readonly status: string }[] }>>;
}

interface Counts {
  readonly mutants: number;
  readonly noticed: number;
}

/** The mutants that the tests noticed, of those that could be; the others change no code that runs. */
function countsOf({ files }: Report): Counts {
  const statuses = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
  const noticed = statuses.filter((status) => status === 'Killed' || status === 'Timeout').length;
  const missed = statuses.filter((status) => status === 'Survived' || status === 'NoCoverage').length;
  return { mutants: noticed + missed, noticed };
}

if (!existsSync(join(folder, 'node_modules'))) run('npm', ['ci', '--no-audit', '--no-fund'], folder);
const stryker = join(folder, 'node_modules/@stryker-mutator/core/bin/stryker.js');
const summary: Record<string, Counts & { share: string }> = {};
for (const room of values.rooms.split(',')) {
  run(process.execPath, [stryker, 'run', join(folder, 'stryker.config.mjs')], root, {
    ...process.env,
    MUTATED: room,
  });
  const counts = countsOf(JSON.parse(readFileSync(join(root, 'reports/mutation.json'), 'utf8')) as Report);
  const share = `${((100 * counts.noticed) / counts.mutants).toFixed(1)} %`;
  summary[`src/${room}`] = { ...counts, share };
}
console.table(summary);
if (values.json) {
  const { date: _, ...before } = existsSync(values.json) ? JSON.parse(readFileSync(values.json, 'utf8')) : {};
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(values.json, `${JSON.stringify({ ...before, ...summary, date }, null, 1)}\n`);
}
