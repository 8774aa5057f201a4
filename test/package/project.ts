/** A project of someone else's: empty but for the packed tarball and a page that uses it by name. */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../..');

export interface Project {
  folder: string;
  /** Where the package was installed. */
  installed: string;
  remove: () => Promise<void>;
}

/** Packs this package as `npm publish` would, builds first, and installs the tarball with nothing else. */
export async function installPacked(): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'webgpu-rope-package-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    npm(['pack', '--pack-destination', folder], root);
    const tarball = (await readdir(folder)).find((file) => file.endsWith('.tgz'));
    if (!tarball) throw new Error(`npm pack: expected a tarball in ${folder}, got none`);
    await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
    npm(['install', '--offline', '--no-audit', '--no-fund', join(folder, tarball)], folder);
    return { folder, installed: join(folder, 'node_modules/webgpu-rope'), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Writes the project's files, folders included. */
export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

/** Runs this repository's TypeScript on the project; returns what it complains about. */
export function typeCheck(folder: string, config: string): string {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', config], { cwd: folder, encoding: 'utf8' });
  return stdout;
}

function npm(args: readonly string[], cwd: string): void {
  const own = process.env.npm_execpath;
  const [command, first] = own?.endsWith('.js') ? [process.execPath, [own]] : ['npm', []];
  const shell = command === 'npm' && process.platform === 'win32';
  const { status, stdout, stderr } = spawnSync(command, [...first, ...args], {
    cwd,
    shell,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} ended with ${status}\n${stdout}\n${stderr}`);
}
