/** Brings what the consumers need: packages by their lock file, and the package as `npm publish` would pack it. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { consumersFolder, runProcess, type Workshop } from './workshop';

const quiet = ['--no-audit', '--no-fund', '--ignore-scripts'];

/** Installs packages of every change, or all, and the tarball beside them. */
export async function install(workshop: Workshop, everything: boolean): Promise<void> {
  const tarball = await pack(await workshop.folder('tarball'));
  const omit = everything ? [] : ['--omit=dev'];
  await npm(['ci', ...quiet, ...omit], consumersFolder);
  await npm(['install', '--no-save', ...quiet, ...omit, tarball], consumersFolder);
  workshop.tarball = tarball;
}

async function pack(folder: string): Promise<string> {
  await npm(['pack', '--pack-destination', folder], join(consumersFolder, '..'));
  const name = (await readdir(folder)).find((file) => file.endsWith('.tgz'));
  if (!name) throw new Error(`npm pack: expected a tarball in ${folder}, got none`);
  return join(folder, name);
}

function npm(args: readonly string[], cwd: string): Promise<unknown> {
  const own = process.env.npm_execpath;
  return own?.endsWith('.js')
    ? runProcess(process.execPath, [own, ...args], { cwd })
    : runProcess('npm', args, { cwd });
}
