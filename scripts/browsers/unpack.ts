/** Unpacks archives of the npm package `@sparticuz/chromium`, once, beside the other packages' caches. */
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { brotliDecompress, createBrotliDecompress } from 'node:zlib';

export interface Unpacking {
  /** Folder of the package's archives. */
  archives: string;
  /** Folder to unpack to, which is renamed to `goal` at the end. */
  work: string;
  goal: string;
}

/**
 * The folder that `fill` filled, now or in an earlier process. Its name has `what` and the package's version.
 *
 * @throws {Error} the package is not installed, or no folder can be written
 */
export async function unpackedOnce(
  what: string,
  fill: (unpacking: Unpacking) => Promise<void>,
): Promise<string> {
  const root = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '..', '..');
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const homes = [join(root, '..', '..', '.cache'), join(homedir(), '.cache'), tmpdir()];
  const failures: string[] = [];
  for (const home of homes) {
    const goal = join(home, `webgpu-rope-${what}-${version}`);
    try {
      return await (existsSync(goal) ? trusted(goal) : unpack(join(root, 'bin'), goal, fill));
    } catch (error) {
      failures.push(String(error));
    }
  }
  throw new Error(`could not unpack @sparticuz/chromium: ${failures.join('; ')}`);
}

/** A program that someone else put there, in a shared folder for example, is not started. */
async function trusted(folder: string): Promise<string> {
  const { uid } = await stat(folder);
  if (uid !== 0 && uid !== process.getuid?.()) throw new Error(`${folder} belongs to user ${uid}`);
  return folder;
}

/** Unpacks beside the goal and renames, so that two processes may do it at once and a half-done one is never used. */
async function unpack(
  archives: string,
  goal: string,
  fill: (unpacking: Unpacking) => Promise<void>,
): Promise<string> {
  await mkdir(dirname(goal), { recursive: true });
  const work = await mkdtemp(`${goal}-`);
  try {
    await fill({ archives, work, goal });
    await chmod(work, 0o755);
    await rename(work, goal);
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    if (!existsSync(goal)) throw error;
  }
  return trusted(goal);
}

/** Unpacks one brotli-compressed program. */
export async function inflate(archive: string, goal: string): Promise<void> {
  await pipeline(
    createReadStream(archive),
    createBrotliDecompress(),
    createWriteStream(goal, { mode: 0o755 }),
  );
}

/**
 * Unpacks a small brotli-compressed ustar archive of plain files and folders, which is all these archives hold.
 *
 * @param wanted Names of the files to unpack. Default all.
 */
export async function extract(archive: string, folder: string, wanted = /./): Promise<void> {
  const bytes = await promisify(brotliDecompress)(await readFile(archive));
  const text = (from: number, length: number): string =>
    bytes.toString('latin1', from, from + length).split('\0')[0] ?? '';
  let at = 0;
  while (at + 512 <= bytes.length && bytes[at] !== 0) {
    const name = text(at, 100);
    const size = Number.parseInt(text(at + 124, 12), 8);
    const kind = text(at + 156, 1);
    if (name.startsWith('/') || name.split('/').includes('..'))
      throw new Error(`${archive}: unsafe name ${name}`);
    if ((kind === '' || kind === '0') && wanted.test(name)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      const mode = Number.parseInt(text(at + 100, 8), 8);
      await writeFile(join(folder, name), bytes.subarray(at + 512, at + 512 + size), { mode });
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
}
