/**
 * `npm run test:faults`: puts faults into a copy of the tree, one at a time, and expects the tests that are named beside each to turn red.
 * What the suite cannot notice it does not hold.
 *
 * `--only TEXT` takes the faults whose file or note has it; `--json FILE` writes what came of all.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Fault, faults } from '../test/faults/list';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

interface Outcome {
  readonly file: string;
  readonly note: string;
  readonly tests: readonly string[];
  readonly isNoticed: boolean;
  readonly seconds: number;
}

function run(command: string, args: readonly string[], cwd: string): Promise<number> {
  const child = spawn(command, args, { cwd, stdio: 'ignore' });
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', (code) => done(code ?? 1));
  });
}

/** The text with the fault in it. */
export function planted(text: string, { file, find, put }: Fault): string {
  const parts = text.split(find);
  if (parts.length !== 2)
    throw new Error(`${file}: expected once, found ${parts.length - 1} times:\n${find}`);
  return parts.join(put);
}

const isRed = async (tests: readonly string[], tree: string): Promise<boolean> => {
  const project = tests.some((test) => /^test\/(gpu|engine)\//.test(test)) ? 'browser' : 'node';
  const args = ['vitest', 'run', '--configLoader', 'runner', '--project', project, '--bail', '1', ...tests];
  return (await run('npx', args, tree)) !== 0;
};

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: 'string' }, json: { type: 'string' } } });
  const chosen = faults.filter(({ file, note }) => `${file} ${note}`.includes(values.only ?? ''));
  const tree = await mkdtemp(join(tmpdir(), 'webgpu-rope-faults-'));
  const outcomes: Outcome[] = [];
  try {
    await run('git', ['worktree', 'add', '--detach', '--force', tree, 'HEAD'], root);
    await symlink(join(root, 'node_modules'), join(tree, 'node_modules'));
    for (const fault of chosen) {
      const { file, note, tests } = fault;
      const path = join(tree, file);
      const text = await readFile(path, 'utf8');
      const begin = performance.now();
      await writeFile(path, planted(text, fault));
      const isNoticed = await isRed(tests, tree);
      await writeFile(path, text);
      const seconds = Math.round((performance.now() - begin) / 1000);
      outcomes.push({ file, note, tests, isNoticed, seconds });
      console.log(
        `${isNoticed ? 'noticed' : 'UNNOTICED'}  ${String(seconds).padStart(3)} s  ${file}: ${note}`,
      );
    }
  } finally {
    await run('git', ['worktree', 'remove', '--force', tree], root);
    await rm(tree, { recursive: true, force: true });
  }
  const noticed = outcomes.filter(({ isNoticed }) => isNoticed).length;
  console.log(`${outcomes.length} faults planted, ${noticed} noticed`);
  if (values.json) {
    const report = {
      date: new Date().toISOString().slice(0, 10),
      planted: outcomes.length,
      noticed,
      outcomes,
    };
    await writeFile(values.json, `${JSON.stringify(report, null, 1)}\n`);
  }
  if (noticed < outcomes.length) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
