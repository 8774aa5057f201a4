/** Types, in strict TypeScript that checks declaration files as well. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Consumer, Finding } from './consumer';
import { consumersFolder, runProcess, type Workshop } from './workshop';

const resolutions = ['bundler', 'nodenext'] as const;

interface Project {
  readonly typescript: string;
  readonly moduleResolution: (typeof resolutions)[number];
  /** Whether it has `@webgpu/types`. */
  readonly webgpuTypes: boolean;
}

/** The complaints of a compiler about types/app.ts and all that it imports. */
async function complaintsOf({ typescript, moduleResolution, webgpuTypes }: Project): Promise<string[]> {
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2023', 'dom'],
    module: moduleResolution === 'nodenext' ? 'nodenext' : 'esnext',
    moduleResolution,
    types: webgpuTypes ? ['@webgpu/types'] : [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
  };
  const config = join(consumersFolder, `tsconfig.${typescript}.${process.pid}.tmp.json`);
  await writeFile(config, JSON.stringify({ compilerOptions, files: ['types/app.ts'] }));
  try {
    const tsc = join(consumersFolder, 'node_modules', typescript, 'bin/tsc');
    // The status says whether there are complaints: 1 or 2.
    const { stdout } = await runProcess(process.execPath, [tsc, '-p', config], { allowed: [0, 1, 2] });
    const lines = stdout.split('\n').filter((line) => /^\S.*error TS\d+/.test(line));
    if (lines.length === 0 && stdout.trim()) throw new Error(stdout);
    return lines;
  } finally {
    await rm(config);
  }
}

/** Without complaints, once a module resolution. */
async function expectClean(project: Omit<Project, 'moduleResolution'>): Promise<void> {
  for (const moduleResolution of resolutions) {
    const complaints = await complaintsOf({ ...project, moduleResolution });
    if (complaints.length > 0) throw new Error(`${moduleResolution}:\n${complaints.join('\n')}`);
  }
}

/** TypeScript before 6 has no WebGPU of its own: without @webgpu/types its names are missing, and nothing else. */
async function withTypesInstalled(): Promise<Finding> {
  const typescript = 'typescript-5.9';
  await expectClean({ typescript, webgpuTypes: true });
  const without = await complaintsOf({ typescript, webgpuTypes: false, moduleResolution: 'bundler' });
  const ours = without.filter((line) => line.startsWith('node_modules/webgpu-rope/'));
  const others = ours.filter((line) => !/Cannot find name 'GPU/.test(line));
  if (ours.length === 0 || others.length > 0) {
    throw new Error(`expected complaints about WebGPU's names alone, got\n${others.join('\n')}`);
  }
  return { needs: '@webgpu/types' };
}

/** TypeScript from 6 on has WebGPU in its DOM library; what it says of @webgpu/types beside that is not about us. */
async function withTypesBuiltIn(typescript: string): Promise<Finding> {
  await expectClean({ typescript, webgpuTypes: false });
  const both = await complaintsOf({ typescript, webgpuTypes: true, moduleResolution: 'bundler' });
  const ours = both.filter(
    (line) => !/^[^(]*(@webgpu\/types\/dist\/index|\/lib\/lib\.[\w.]+)\.d\.ts\(/.test(line),
  );
  if (ours.length > 0) throw new Error(`beside @webgpu/types:\n${ours.join('\n')}`);
  return { needs: 'nothing', 'with @webgpu/types': both.length > 0 ? 'needs skipLibCheck' : 'works' };
}

/** A check of the tarball by a command of the consumers. */
const linter = (name: string, packageName: string, args: readonly string[]): Consumer => ({
  name,
  group: 'types',
  packages: [packageName],
  everyChange: true,
  check: async ({ tarball }: Workshop) => {
    await runProcess(join(consumersFolder, 'node_modules/.bin', args[0] as string), [
      tarball,
      ...args.slice(1),
    ]);
    return { problems: 0 };
  },
});

export const types: readonly Consumer[] = [
  {
    name: 'TypeScript 5.9',
    group: 'types',
    packages: ['typescript-5.9', '@webgpu/types'],
    everyChange: true,
    check: withTypesInstalled,
  },
  ...(['6', '7'] as const).map(
    (major): Consumer => ({
      name: `TypeScript ${major}`,
      group: 'types',
      packages: [`typescript-${major}`],
      everyChange: true,
      check: () => withTypesBuiltIn(`typescript-${major}`),
    }),
  ),
  linter('publint', 'publint', ['publint', '--strict']),
  // The package is ES modules alone: what CommonJS resolves to is not looked at.
  linter('are the types wrong', '@arethetypeswrong/cli', ['attw', '--profile', 'esm-only']),
];
