/**
 * The browser of last resort: the headless Chromium inside the npm package `@sparticuz/chromium`. Its archives are
 * unpacked once beside the other packages' caches; nothing is downloaded.
 */
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { brotliDecompress, createBrotliDecompress } from 'node:zlib';

export interface BundledBrowser {
  path: string;
  /** What its process needs in its environment. */
  env: Record<string, string>;
}

/** Whether the npm package's binary runs here: it is built for Linux on x86-64 with glibc. */
export function bundledBrowserFits(platform: NodeJS.Platform, arch: string): boolean {
  return platform === 'linux' && arch === 'x64' && !existsSync('/lib/ld-musl-x86_64.so.1');
}

/**
 * Unpacks the npm Chromium on first use (about 3 s and 220 MB) and tells how to start it.
 *
 * @throws {Error} the package is not installed, or no folder can be written
 */
export async function bundledBrowser(): Promise<BundledBrowser> {
  const root = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '..', '..');
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const folderName = `webgpu-rope-chromium-${version}`;
  const homes = [join(root, '..', '..', '.cache'), join(homedir(), '.cache'), tmpdir()];
  let folder: string | undefined;
  const failures: string[] = [];
  for (const home of homes) {
    const goal = join(home, folderName);
    folder = await (existsSync(goal) ? trusted(goal) : unpack(join(root, 'bin'), goal)).catch(
      (error: unknown) => {
        failures.push(String(error));
        return undefined;
      },
    );
    if (folder) break;
  }
  if (!folder) throw new Error(`could not unpack @sparticuz/chromium: ${failures.join('; ')}`);
  const libraries = [join(folder, 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  const env: Record<string, string> = { LD_LIBRARY_PATH: libraries };
  if (!existsSync('/etc/fonts/fonts.conf')) env.FONTCONFIG_FILE = join(folder, 'fonts.conf');
  return { path: join(folder, 'chromium'), env };
}

/** A program that someone else put there, in a shared folder for example, is not started. */
async function trusted(folder: string): Promise<string> {
  const { uid } = await stat(folder);
  if (uid !== 0 && uid !== process.getuid?.()) throw new Error(`${folder} belongs to user ${uid}`);
  return folder;
}

/** Unpacks beside the goal and renames, so that two processes may do it at once and a half-done one is never used. */
async function unpack(archives: string, goal: string): Promise<string> {
  await mkdir(dirname(goal), { recursive: true });
  const work = await mkdtemp(`${goal}-`);
  console.warn(
    'Unpacking the headless Chromium that came with npm install; this happens once, in a few seconds.',
  );
  try {
    await Promise.all([
      inflate(join(archives, 'chromium.br'), join(work, 'chromium')),
      // NSS, NSPR and expat: all that Chromium links to beyond libc.
      extract(join(archives, 'al2023.tar.br'), work),
      // libvk_swiftshader.so, which Chromium looks for beside its own binary.
      extract(join(archives, 'swiftshader.tar.br'), work),
      extract(join(archives, 'fonts.tar.br'), work),
    ]);
    await writeFile(
      join(work, 'fonts.conf'),
      `<?xml version="1.0"?>\n<fontconfig><dir>${join(goal, 'fonts')}</dir><cachedir>${join(goal, 'fonts-cache')}</cachedir></fontconfig>\n`,
    );
    await chmod(work, 0o755);
    await rename(work, goal);
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    if (!existsSync(goal)) throw error;
  }
  return trusted(goal);
}

async function inflate(archive: string, goal: string): Promise<void> {
  await pipeline(
    createReadStream(archive),
    createBrotliDecompress(),
    createWriteStream(goal, { mode: 0o755 }),
  );
}

/** Unpacks a small brotli-compressed ustar archive of plain files and folders, which is all these archives hold. */
async function extract(archive: string, folder: string): Promise<void> {
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
    if (kind === '' || kind === '0') {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      const mode = Number.parseInt(text(at + 100, 8), 8);
      await writeFile(join(folder, name), bytes.subarray(at + 512, at + 512 + size), { mode });
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
}
