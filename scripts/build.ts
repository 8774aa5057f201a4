/**
 * `npm run build`: src/ -> dist/, one ES module a source file, shaders inlined without their comments, and declarations.
 *
 * Separate modules and `sideEffects: false` let every bundler drop what an application does not import. For pages without a bundler
 * there is the root in one file besides.
 */
import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build as bundle } from 'esbuild';
import { build } from 'vite';
import { withExtensions } from './declarations';
import { barrels } from './public-names';
import { entryModules, linkedModule, nativeModules } from './shaders';
import { linkedWgsl } from './wgsl';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** Builds the package into a folder, which is replaced only when everything has succeeded. */
export async function buildPackage(dist = join(root, 'dist')): Promise<void> {
  const work = `${dist}.${process.pid}.tmp`;
  try {
    await Promise.all([writeModules(work), writeDeclarations(`${work}.types`)]);
    await moveDeclarations(`${work}.types`, work);
    await Promise.all([writeShaders(join(work, 'shaders')), writeSingleFile(work)]);
    await replaceFolder(work, dist);
  } finally {
    await Promise.all([work, `${work}.types`].map((path) => rm(path, { recursive: true, force: true })));
  }
}

/** Another build may put its own `dist/` there between the two steps; then that one is replaced. */
async function replaceFolder(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await rm(to, { recursive: true, force: true });
    try {
      return await rename(from, to);
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

async function writeModules(outDir: string): Promise<void> {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    plugins: [linkedWgsl()],
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2022',
      minify: false,
      lib: {
        entry: [...barrels().values()],
        formats: ['es'],
      },
      rolldownOptions: {
        output: { preserveModules: true, preserveModulesRoot: join(root, 'src'), entryFileNames: moduleFile },
      },
    },
  });
}

/** src/rope/rope.ts -> rope/rope.js; shaders/rope.wgsl?linked -> shaders/rope.wgsl.js */
function moduleFile({ name, facadeModuleId }: { name: string; facadeModuleId: string | null }): string {
  const [, shader, native] = facadeModuleId?.match(/([^/\\]+)\.wgsl\?linked(&native_f16)?$/) ?? [];
  return shader ? `shaders/${shader}${native ? '-f16' : ''}.wgsl.js` : `${name}.js`;
}

/** All that the root exports in one module, for an import map or a CDN. */
async function writeSingleFile(folder: string): Promise<void> {
  await bundle({
    entryPoints: [join(folder, 'index.js')],
    outfile: join(folder, 'webgpu-rope.min.js'),
    tsconfigRaw: '{}',
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning',
  });
  await writeFile(join(folder, 'webgpu-rope.min.d.ts'), "export * from './index.js';\n");
}

/** The linked modules with their comments, for who writes a host of their own. */
async function writeShaders(outDir: string): Promise<void> {
  await mkdir(outDir, { recursive: true });
  for (const name of entryModules) {
    await writeFile(join(outDir, `${name}.wgsl`), await linkedModule(`${name}.wgsl`));
  }
  for (const name of nativeModules) {
    await writeFile(
      join(outDir, `${name}-f16.wgsl`),
      await linkedModule(`${name}.wgsl`, { nativeF16: true }),
    );
  }
}

/** The declarations as the compiler writes them: imports have no extensions yet. */
export async function writeDeclarations(outDir: string): Promise<void> {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  const child = spawn(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', outDir], {
    stdio: 'inherit',
  });
  const code = await new Promise((settle, fail) => child.once('error', fail).once('close', settle));
  if (code !== 0) throw new Error(`tsc of tsconfig.build.json ended with ${String(code)}`);
}

async function moveDeclarations(from: string, to: string): Promise<void> {
  const files = (await readdir(from, { recursive: true })).filter((file) => file.endsWith('.d.ts'));
  const known = new Set(files.map((file) => file.replaceAll('\\', '/')));
  for (const file of known) {
    const text = withExtensions(await readFile(join(from, file), 'utf8'), file, (path) => known.has(path));
    await writeFile(join(to, file), text);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const start = performance.now();
  await buildPackage();
  console.log(
    `dist/ built in ${Math.round(performance.now() - start)} ms (${relative(process.cwd(), root) || '.'})`,
  );
}
