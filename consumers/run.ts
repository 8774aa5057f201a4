/**
 * `npm run test:consumers`: installs the packed tarball beside what people use it with, and tries it there.
 *
 * With `-- ci` those of every change alone; with names those; `--record` writes results.json, which pages of docs/ are made from;
 * `--skip-install` takes what the last run has installed; `--seed` its numbers.
 */
import { parseArgs } from 'node:util';
import type { Consumer } from './harness/consumer';
import { install } from './harness/install';
import { consumers } from './harness/list';
import { type Result, record } from './harness/results';
import { versionOf, Workshop } from './harness/workshop';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    record: { type: 'boolean', default: false },
    'skip-install': { type: 'boolean', default: false },
    seed: { type: 'string' },
  },
});

/** @throws {RangeError} a name is none of them */
function chosen(names: readonly string[]): readonly Consumer[] {
  if (names.length === 0) return consumers;
  const strange = names.find((name) => name !== 'ci' && !consumers.some((one) => one.name === name));
  if (strange !== undefined) {
    const known = consumers.map(({ name }) => name).join(', ');
    throw new RangeError(`consumer: expected "ci" or one of ${known}, got "${strange}"`);
  }
  return consumers.filter(
    ({ name, everyChange }) => names.includes(name) || (names.includes('ci') && everyChange),
  );
}

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

async function tryOne(
  workshop: Workshop,
  { name, group, packages, check }: Consumer,
): Promise<Result | undefined> {
  const start = performance.now();
  try {
    const finding = await check(workshop);
    const versions = Object.fromEntries(packages.map((each) => [each, versionOf(each)]));
    console.log(`right  ${name}, ${seconds(start)}: ${JSON.stringify({ ...versions, ...finding })}`);
    return { name, group, versions, finding };
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    // Tools write whole files into their messages.
    console.error(`wrong  ${name}, ${seconds(start)}: ${text.slice(0, 4000)}`);
    return undefined;
  }
}

const list = chosen(positionals);
const workshop = new Workshop(Number(values.seed ?? Math.floor(Math.random() * 2 ** 31)));
const begin = performance.now();
try {
  if (!values['skip-install'])
    await install(
      workshop,
      list.some(({ everyChange }) => !everyChange),
    );
  console.log(`installed in ${seconds(begin)}; npm run test:consumers -- --seed ${workshop.seed}`);
  const results: Result[] = [];
  for (const one of list) {
    const result = await tryOne(workshop, one);
    if (result) results.push(result);
  }
  const wrong = list.length - results.length;
  console.log(`${results.length} consumers right, ${wrong} wrong, in ${seconds(begin)}`);
  if (wrong > 0) process.exitCode = 1;
  else if (values.record) await record(results);
} finally {
  await workshop.close();
}
