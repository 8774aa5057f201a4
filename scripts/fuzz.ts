/**
 * `npm run fuzz -- --cases 20000`: the properties of test/fuzz, each tried so often, by a fresh seed or `--seed N`. `--json FILE` writes how
 * often, by which seed, and whether all held.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '20000' },
    seed: { type: 'string' },
    json: { type: 'string' },
  },
});
const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 32));
const args = ['vitest', 'run', '--configLoader', 'runner', '--project', 'node', 'test/fuzz'];
const env = { ...process.env, FUZZ_RUNS: values.cases, SEED: seed };
const { status } = spawnSync('npx', args, { stdio: 'inherit', env, shell: process.platform === 'win32' });
if (values.json) {
  const record = {
    date: new Date().toISOString().slice(0, 10),
    'readers, mutated real configs': { cases: 4 * Number(values.cases), seed: Number(seed) },
    'readers, order of keys and unknown keys': { cases: 4 * Number(values.cases), seed: Number(seed) },
    'wrong outcomes': status === 0 ? 0 : 'see the log',
  };
  writeFileSync(values.json, `${JSON.stringify(record, null, 1)}\n`);
}
process.exitCode = status ?? 1;
