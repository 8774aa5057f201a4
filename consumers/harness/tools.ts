/** What people build pages with. */
import { copyFile, readdir, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Consumer, Finding } from './consumer';
import { errorOf, packages, type Shares } from './shares';
import { consumersFolder, runProcess, type Workshop } from './workshop';

const app: readonly [string, string] = ['/', join(consumersFolder, 'app')];

/** What forbids a page everything but scripts of its own, `eval` and inline ones included. */
const strictPolicy = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
};

/** Builds the app by `tools/NAME/build.js` and opens what comes out. */
async function buildAndOpen(
  workshop: Workshop,
  tool: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Finding> {
  const out = await workshop.folder(tool);
  await workshop.node(`tools/${tool}/build.js`, [out]);
  const shares = await workshop.outcome<Shares>({ folders: [['/', out], app], headers });
  return { ...errorOf(shares), bytes: await bytesOfScripts(out) };
}

async function bytesOfScripts(folder: string): Promise<number> {
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.js'));
  if (files.length === 0) throw new Error(`expected scripts in ${folder}, got none`);
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

const bundler = (name: string, tool: string, rest: Partial<Consumer> = {}): Consumer => ({
  name,
  group: 'tools',
  packages: [tool],
  check: (workshop) => buildAndOpen(workshop, name.toLowerCase()),
  ...rest,
});

/** Without a setting Parcel knows `main` and no subpath; the setting is in consumers/package.json, so this is a project apart. */
async function rootInParcel(workshop: Workshop): Promise<void> {
  const [project, out] = [await workshop.folder('parcel-project'), await workshop.folder('parcel-root')];
  const source = join(consumersFolder, 'tools/parcel');
  for (const file of ['root.html', 'root.js']) await copyFile(join(source, file), join(project, file));
  await symlink(join(consumersFolder, 'node_modules'), join(project, 'node_modules'), 'junction');
  await runProcess(process.execPath, [join(source, 'build.js'), out, 'root.html'], { cwd: project });
  const capacity = await workshop.outcome<number>({ folders: [['/', out]], page: '/root.html' });
  if (capacity !== 2 ** 20) throw new Error(`capacity: expected ${2 ** 20}, got ${capacity}`);
}

export const tools: readonly Consumer[] = [
  bundler('Vite', 'vite', { everyChange: true }),
  bundler('esbuild', 'esbuild', { everyChange: true }),
  bundler('webpack', 'webpack'),
  bundler('Rollup', 'rollup'),
  bundler('Rspack', '@rspack/core'),
  {
    name: 'Parcel',
    group: 'tools',
    packages: ['parcel'],
    check: async (workshop) => {
      await rootInParcel(workshop);
      return buildAndOpen(workshop, 'parcel');
    },
  },
  {
    name: 'import map',
    group: 'tools',
    packages: [],
    check: async (workshop) =>
      errorOf(
        await workshop.outcome<Shares>({
          folders: [['/', join(consumersFolder, 'tools/import-map')], ['/app/', app[1]], packages],
        }),
      ),
  },
  {
    name: 'strict CSP',
    group: 'tools',
    packages: ['esbuild'],
    everyChange: true,
    check: (workshop) => buildAndOpen(workshop, 'esbuild', strictPolicy),
  },
  {
    name: 'SSR',
    group: 'tools',
    packages: [],
    everyChange: true,
    check: async (workshop) => {
      const { stdout } = await workshop.node('tools/ssr/server.js');
      return JSON.parse(stdout) as Finding;
    },
  },
];
