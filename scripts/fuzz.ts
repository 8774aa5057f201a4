/**
 * `npm run fuzz -- --cases 20000`: the properties of test/fuzz (readers of configs) and test/gpu/fuzz (whole cases on the GPU), each tried so
 * often, by a fresh seed or `--seed N`. `--only readers` or `--only gpu`; `--json FILE` writes how often, by which seed, and whether all
 * held.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '20000' },
    seed: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'string' },
  },
});

/** What is tried, and how many properties of it. */
const kinds = {
  readers: {
    args: ['--project', 'node', 'test/fuzz'],
    properties: ['readers, mutated real configs', 'readers, order of keys and unknown keys'],
    each: 4,
  },
  gpu: {
    args: ['--project', 'browser', 'test/gpu/fuzz'],
    properties: ['rotations', 'moves of keys', 'encodes of createQkv', 'token tables'],
    each: 1,
  },
} as const;

const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 32));
const chosen = Object.entries(kinds).filter(([name]) => !values.only || values.only === name);
if (chosen.length === 0) throw new RangeError(`--only: expected readers or gpu, got ${values.only}`);
const env = { ...process.env, FUZZ_RUNS: values.cases, SEED: seed };
const record: Record<string, unknown> =
  values.json && existsSync(values.json) ? JSON.parse(readFileSync(values.json, 'utf8')) : {};
let failed = 0;
for (const [, { args, properties, each }] of chosen) {
  const command = ['vitest', 'run', '--configLoader', 'runner', ...args];
  const { status } = spawnSync('npx', command, {
    stdio: 'inherit',
    env,
    shell: process.platform === 'win32',
  });
  if (status !== 0) failed++;
  for (const property of properties) {
    record[property] = { cases: each * Number(values.cases), seed: Number(seed), held: status === 0 };
  }
}
if (values.json) {
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(values.json, `${JSON.stringify({ ...record, date }, null, 1)}\n`);
}
process.exitCode = failed;
