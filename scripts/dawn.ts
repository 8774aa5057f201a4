/**
 * Finds what npm's `webgpu`, which is Dawn for Node, needs of the machine. On Linux that is a Vulkan driver and the loader
 * libvulkan.so.1; elsewhere Dawn uses what the system has. What it hands back has an adapter: that is tried before it returns.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type AdapterWords, isSoftware, nameOfAdapter } from './browsers/adapter';
import { bundledBrowserFits, bundledVulkan, librariesFirst } from './browsers/bundled';
import { adapterFromEnvironment, adaptersToTry } from './browsers/flags';
import type { AdapterReport } from './browsers/probe';

/** Somewhere to look for a Vulkan driver; `npm` and `chromium` are SwiftShader. */
export interface DawnCandidate {
  source: 'environment' | 'system' | 'npm' | 'chromium';
  /** Whether an adapter that computes on the CPU will do. */
  software: boolean;
}

export interface DawnSetup {
  source: DawnCandidate['source'];
  /** What a process needs in its environment from its start on. */
  env: Record<string, string>;
  adapter: AdapterReport;
}

/** What the finder asks of the machine it runs on. */
export interface DawnMachine {
  platform: NodeJS.Platform;
  env: Readonly<Record<string, string | undefined>>;
  exists: (path: string) => boolean;
  /** Whether the binaries of `@sparticuz/chromium` run here. */
  bundledFits: boolean;
}

/** Where Debian's Chromium keeps its SwiftShader and its Vulkan loader. */
const chromium = '/usr/lib/chromium';
const manifest = 'vk_swiftshader_icd.json';

/**
 * Where to look, best first: the driver an environment variable names (then it alone), the system's for a GPU, npm's
 * SwiftShader, Debian's, and whatever driver the system has.
 *
 * @throws {RangeError} WEBGPU_ADAPTER names no adapter
 */
export function dawnCandidates({ platform, env, exists, bundledFits }: DawnMachine): DawnCandidate[] {
  const choice = adapterFromEnvironment(env.WEBGPU_ADAPTER);
  const software = choice !== 'hardware';
  if (env.VK_DRIVER_FILES || env.VK_ICD_FILENAMES) return [{ source: 'environment', software }];
  if (platform !== 'linux') return [{ source: 'system', software }];
  return adaptersToTry(choice, platform, exists).flatMap((adapter): DawnCandidate[] => {
    if (adapter === 'hardware') return [{ source: 'system', software: false }];
    const found: DawnCandidate['source'][] = [];
    if (bundledFits) found.push('npm');
    if (exists(`${chromium}/${manifest}`)) found.push('chromium');
    return [...found, 'system' as const].map((source) => ({ source, software: true }));
  });
}

/**
 * Finds a driver with which Dawn has an adapter.
 *
 * @throws {Error} there is none; the message lists what was tried and what to install
 * @throws {RangeError} WEBGPU_ADAPTER names no adapter
 */
export async function findDawn(): Promise<DawnSetup> {
  const { platform, arch, env } = process;
  const bundledFits = bundledBrowserFits(platform, arch);
  const failures: string[] = [];
  for (const { source, software } of dawnCandidates({ platform, env, exists: existsSync, bundledFits })) {
    try {
      const added = await environmentOf(source);
      const adapter = await adapterWith(added);
      if (adapter.software && !software)
        throw new Error(`its only adapter is a software one, ${adapter.name}`);
      return { source, env: added, adapter };
    } catch (error) {
      failures.push(`${source}: ${String(error).replace(/\s+/g, ' ').slice(0, 400)}`);
    }
  }
  const advice = platform === 'linux' ? ' (on Debian: apt-get install libvulkan1 and chromium)' : '';
  throw new Error(
    `npm's webgpu finds no adapter. Install the GPU's Vulkan driver${advice}. Tried:\n  ${failures.join('\n  ')}`,
  );
}

async function environmentOf(source: DawnCandidate['source']): Promise<Record<string, string>> {
  if (source === 'environment' || source === 'system') return {};
  const folder = source === 'npm' ? await bundledVulkan() : chromium;
  const driver = `${folder}/${manifest}`;
  // Loaders before 1.3.207 read the second name.
  return { VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: librariesFirst(folder) };
}

/** The adapter of a process with this in its environment: a driver that crashes takes that one along. */
async function adapterWith(added: Readonly<Record<string, string>>): Promise<AdapterReport> {
  const args = ['--input-type=module', '--eval', probe];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
    cwd: dirname(fileURLToPath(import.meta.url)),
    env: { ...process.env, ...added },
    timeout: 60_000,
  });
  const info = JSON.parse(stdout) as AdapterWords | null;
  if (info === null) throw new Error(`no adapter ${stderr}`);
  return { name: nameOfAdapter(info), software: isSoftware(info) };
}

const probe = `
  import { create } from 'webgpu';
  const gpu = create([]);
  const adapter = await gpu.requestAdapter();
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter?.info ?? {};
  console.log(JSON.stringify(adapter && { vendor, architecture, device, description, isFallbackAdapter }));
`;
