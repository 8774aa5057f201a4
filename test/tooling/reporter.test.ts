import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

// Inside the tree, so that `vitest` resolves; its own config, so that no browser starts.
const folder = await mkdtemp(join(import.meta.dirname, 'reporter-tmp-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const config = `
  import { ClosingLineReporter } from '../../support/reporter';
  export default { root: ${JSON.stringify(folder)}, test: { reporters: ['default', new ClosingLineReporter(77)] } };
`;

async function run(
  tests: Readonly<Record<string, string>>,
): Promise<{ lastLines: string[]; code: number | null }> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  await writeFile(join(folder, 'vitest.config.ts'), config);
  for (const [name, body] of Object.entries(tests)) {
    await writeFile(join(folder, name), `import { test, expect } from 'vitest';\n${body}`);
  }
  const vitest = join(import.meta.dirname, '../../node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--configLoader', 'runner', '--config', join(folder, 'vitest.config.ts')];
  const { stdout, status } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  return { lastLines: stdout.trimEnd().split('\n').slice(-2), code: status };
}

const passing = "test('a', () => {});\ntest('b', () => {});";

test('all pass: exit code 0', async () => {
  const { lastLines, code } = await run({ 'a.test.ts': passing });
  expect({ last: lastLines[1], code }).toEqual({ last: '2 passed, 0 failed', code: 0 });
  expect(lastLines[0]).not.toContain('SEED');
});

test('a failing test, an unloadable file and an error outside every test count as failures; the seed is named', async () => {
  const outcome = await run({
    'a.test.ts': `${passing}\ntest('c', () => expect(1).toBe(2));`,
    'b.test.ts': "throw new Error('not loadable');",
    'c.test.ts': "test('d', () => { Promise.reject(new Error('outside')); });",
  });
  expect(outcome).toEqual({
    lastLines: ['the random cases of this run: SEED=77', '3 passed, 3 failed'],
    code: 1,
  });
});

test('nothing ran: exit code 1', async () => {
  expect((await run({ 'a.test.ts': "test.skip('a', () => {});" })).code).toBe(1);
  expect((await run({})).code).toBe(1);
});
