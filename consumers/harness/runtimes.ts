/** Where the package runs: browsers, workers, and runtimes without a browser. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserKind } from '../../scripts/browsers/find';
import { findDawn } from '../../scripts/dawn';
import type { Consumer, Finding } from './consumer';
import { errorOf, onTheAdapter, packages, type Shares } from './shares';
import { consumersFolder, runProcess, type Workshop } from './workshop';

/** A page of modules as they are, by an import map. */
const pageOfModules = {
  folders: [
    ['/', join(consumersFolder, 'tools/import-map')],
    ['/app/', join(consumersFolder, 'app')],
    packages,
  ],
} as const;

/** A worker has no import map: it is bundled. */
async function bundledWorker(workshop: Workshop): Promise<string> {
  const out = await workshop.folder('worker');
  await workshop.node('runtimes/worker/build.js', [out]);
  return out;
}

const inBrowser = (title: string, kind: BrowserKind): Consumer[] => [
  {
    name: title,
    group: 'runtimes',
    packages: [],
    check: async (workshop) => ({
      ...errorOf(await workshop.outcome<Shares>(pageOfModules, kind)),
      ...(await onTheAdapter(workshop, kind)),
    }),
  },
  {
    name: `worker in ${title}`,
    group: 'runtimes',
    packages: [],
    check: async (workshop) => {
      const app = join(consumersFolder, 'app');
      const folders = [['/', await bundledWorker(workshop)] as const, ['/', app] as const];
      return {
        ...errorOf(await workshop.outcome<Shares>({ folders }, kind)),
        ...(await onTheAdapter(workshop, kind)),
      };
    },
  },
];

/** Runs `runtimes/NAME.js` on the Vulkan driver that scripts/dawn.ts finds. */
async function runOnVulkan(workshop: Workshop, command: string, args: readonly string[]): Promise<Finding> {
  const { env, adapter } = await findDawn();
  const { stdout, stderr } = await runProcess(command, [...args, String(workshop.seed)], { env });
  const last = stdout.trim().split('\n').at(-1);
  if (!last) throw new Error(`expected its errors as the last line, got ${stdout}\n${stderr}`);
  return { ...errorOf(JSON.parse(last) as Shares), adapter: adapter.name };
}

/** The first of the places where a package keeps its program: its install script, which would link it, is not run. */
function programOf(name: string, places: readonly string[]): string {
  const paths = places.map((place) => join(consumersFolder, 'node_modules', place));
  const found = paths.find(existsSync);
  if (!found) throw new Error(`${name}: expected its program at ${paths.join(' or ')}, got none`);
  return found;
}

const { platform, arch } = process;
const ending = platform === 'win32' ? '.exe' : '';

export const runtimes: readonly Consumer[] = [
  ...inBrowser('Chromium', 'chrome'),
  ...inBrowser('Firefox', 'firefox'),
  {
    name: 'Node',
    group: 'runtimes',
    packages: ['webgpu'],
    everyChange: true,
    check: async (workshop) => ({
      node: process.versions.node,
      ...(await runOnVulkan(workshop, process.execPath, ['runtimes/node.js'])),
    }),
  },
  {
    name: 'Deno',
    group: 'runtimes',
    packages: ['deno'],
    check: (workshop) => {
      const deno = programOf('deno', [`.bin/deno${ending && '.cmd'}`]);
      return runOnVulkan(workshop, deno, ['run', '-A', '--unstable-webgpu', 'runtimes/deno.js']);
    },
  },
  {
    name: 'Bun',
    group: 'runtimes',
    packages: ['bun', 'bun-webgpu'],
    check: (workshop) => {
      const system = platform === 'win32' ? 'windows' : platform;
      const cpu = arch === 'arm64' ? 'aarch64' : arch;
      const bun = programOf('bun', [`@oven/bun-${system}-${cpu}/bin/bun${ending}`]);
      return runOnVulkan(workshop, bun, ['runtimes/bun.js']);
    },
  },
];
