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

/** Of each room, the mutants that its tests noticed and those they did not; others change no code that runs. */
function summaryOf({ files }: Report): Record<string, { mutants: number; noticed: number; share: string }> {
  const rooms = new Map<string, { mutants: number; noticed: number }>();
  for (const [path, { mutants }] of Object.entries(files)) {
    const [, room = ''] = path.split('/');
    const counts = rooms.get(room) ?? { mutants: 0, noticed: 0 };
    for (const { status } of mutants) {
      const isNoticed = status === 'Killed' || status === 'Timeout';
      if (!isNoticed && status !== 'Survived' && status !== 'NoCoverage') continue;
      counts.mutants++;
      if (isNoticed) counts.noticed++;
    }
    rooms.set(room, counts);
  }
  const shareOf = ({ mutants, noticed }: { mutants: number; noticed: number }): string =>
    `${((100 * noticed) / mutants).toFixed(1)} %`;
  return Object.fromEntries(
    [...rooms].map(([room, counts]) => [`src/${room}`, { ...counts, share: shareOf(counts) }]),
  );
}

if (!existsSync(join(folder, 'node_modules'))) run('npm', ['ci', '--no-audit', '--no-fund'], folder);
const stryker = join(folder, 'node_modules/@stryker-mutator/core/bin/stryker.js');
run(process.execPath, [stryker, 'run', join(folder, 'stryker.config.mjs')], root, {
  ...process.env,
  MUTATED: values.rooms,
});
const report = JSON.parse(readFileSync(join(root, 'reports/mutation.json'), 'utf8')) as Report;
const summary = summaryOf(report);
console.table(summary);
if (values.json) {
  const before = existsSync(values.json) ? JSON.parse(readFileSync(values.json, 'utf8')) : {};
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(values.json, `${JSON.stringify({ ...before, ...summary, date }, null, 1)}\n`);
}
