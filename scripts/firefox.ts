/**
 * What `npm run test:firefox` begins with: a Firefox that has a WebGPU adapter, which is installed where there is none and we may,
 * that is as root on Debian. Elsewhere it says what to install.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type LaunchedBrowser, launchBrowser } from './browser';
import { firefoxInstall } from './browsers/debian';

/**
 * Starts Firefox, and installs it first where that is needed and allowed.
 *
 * @throws {Error} there is none with an adapter; the message says what to install
 */
export async function readyFirefox(): Promise<LaunchedBrowser> {
  try {
    return await launchBrowser({ browser: 'firefox' });
  } catch (error) {
    const { platform, env } = process;
    const commands = firefoxInstall({ platform, uid: process.getuid?.(), exists: existsSync, env });
    if (!commands) throw error;
    console.log(`No Firefox with WebGPU: installing it. ${error instanceof Error ? error.message : error}`);
    for (const [command, ...args] of commands) {
      const { status } = spawnSync(command as string, args, {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
      });
      if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
    }
    return launchBrowser({ browser: 'firefox' });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { version, path, adapter, browser } = await readyFirefox();
  console.log(`${version} at ${path}, ${adapter.name}`);
  await browser.close();
}
