/**
 * What the npm package `@sparticuz/chromium` has for machines without: a headless Chromium, the browser of last resort,
 * and SwiftShader, a Vulkan driver that computes on the CPU. Nothing is downloaded.
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { extract, inflate, unpackedOnce } from './unpack';

export interface BundledBrowser {
  path: string;
  /** What its process needs in its environment. */
  env: Record<string, string>;
}

/** Whether the npm package's binaries run here: they are built for Linux on x86-64 with glibc. */
export function bundledBrowserFits(platform: NodeJS.Platform, arch: string): boolean {
  return platform === 'linux' && arch === 'x64' && !existsSync('/lib/ld-musl-x86_64.so.1');
}

/**
 * Unpacks the npm Chromium on first use (about 3 s and 220 MB) and tells how to start it.
 *
 * @throws {Error} the package is not installed, or no folder can be written
 */
export async function bundledBrowser(): Promise<BundledBrowser> {
  const folder = await unpackedOnce('chromium', async ({ archives, work, goal }) => {
    console.warn(
      'Unpacking the headless Chromium that came with npm install; this happens once, in a few seconds.',
    );
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
  });
  const env: Record<string, string> = { LD_LIBRARY_PATH: librariesFirst(join(folder, 'lib')) };
  if (!existsSync('/etc/fonts/fonts.conf')) env.FONTCONFIG_FILE = join(folder, 'fonts.conf');
  return { path: join(folder, 'chromium'), env };
}

/**
 * Unpacks SwiftShader and a Vulkan loader on first use (0.3 s and 7 MB) and tells where they are.
 *
 * @throws {Error} the package is not installed, or no folder can be written
 */
export function bundledVulkan(): Promise<string> {
  return unpackedOnce('vulkan', ({ archives, work }) =>
    extract(join(archives, 'swiftshader.tar.br'), work, /vulkan|vk_swiftshader/),
  );
}

/** LD_LIBRARY_PATH with this folder before what it has. */
export function librariesFirst(folder: string): string {
  return [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
}
