/** What the tool needs beside npm's packages, and the Vulkan layer, which is built on first use. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const layerName = 'VK_LAYER_capture';

const root = fileURLToPath(new URL('../..', import.meta.url));
const layerSource = fileURLToPath(new URL('capture-layer.c', import.meta.url));
const driverFolders = ['/usr/share/vulkan/icd.d', '/usr/local/share/vulkan/icd.d', '/etc/vulkan/icd.d'];

/** What a compilation needs. */
export interface Toolchain {
  /** Where the layer and its manifest lie. */
  readonly layerFolder: string;
  /** The manifest of Mesa's driver for AMD GPUs. */
  readonly driver: string;
}

/** Mesa's driver for AMD GPUs, which compiles without one; undefined where it is not installed. */
function driverManifest(): string | undefined {
  for (const folder of driverFolders.filter((each) => existsSync(each))) {
    const name = readdirSync(folder).find((each) => /^radeon_icd.*\.json$/.test(each));
    if (name !== undefined) return join(folder, name);
  }
  return undefined;
}

function compilerRuns(): boolean {
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function hasLayerHeaders(): boolean {
  try {
    execFileSync('cc', ['-E', '-include', 'vulkan/vk_layer.h', '-'], {
      input: '',
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    return true;
  } catch {
    return false;
  }
}

function hasDawn(): boolean {
  try {
    createRequire(import.meta.url).resolve('webgpu');
    return true;
  } catch {
    return false;
  }
}

/** What is missing and how to get it, or undefined where everything is there. */
export function missingTool(): string | undefined {
  if (process.platform !== 'linux') return `the tool needs Linux, this is ${process.platform}`;
  const packages: string[] = [];
  if (!compilerRuns()) packages.push('gcc', 'libvulkan-dev');
  else if (!hasLayerHeaders()) packages.push('libvulkan-dev');
  if (driverManifest() === undefined) packages.push('mesa-vulkan-drivers');
  if (packages.length > 0) return `missing: apt-get install ${packages.join(' ')}`;
  return hasDawn() ? undefined : 'missing: npm install (the package webgpu)';
}

/** A folder that outlives the run, or a temporary one where node_modules cannot be written. */
function cacheFolder(): string {
  const folder = join(root, 'node_modules/.cache/webgpu-rope-isa');
  try {
    mkdirSync(folder, { recursive: true });
    return folder;
  } catch {
    return mkdtempSync(join(tmpdir(), 'webgpu-rope-isa-'));
  }
}

function buildLayer(library: string): void {
  // Under a name of its own first: two runs may build at once.
  const unfinished = `${library}.${process.pid}`;
  execFileSync('cc', ['-O1', '-shared', '-fPIC', '-fvisibility=hidden', '-o', unfinished, layerSource], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  renameSync(unfinished, library);
}

/**
 * Everything a compilation needs; builds the layer where it is not built yet.
 *
 * @throws {Error} something is missing; the message says what to install
 */
export function toolchain(): Toolchain {
  const missing = missingTool();
  if (missing !== undefined) throw new Error(missing);
  const source = readFileSync(layerSource);
  const layerFolder = join(cacheFolder(), createHash('sha256').update(source).digest('hex').slice(0, 16));
  const library = join(layerFolder, 'libVkLayer_capture.so');
  if (!existsSync(library)) {
    mkdirSync(layerFolder, { recursive: true });
    const layer = {
      name: layerName,
      type: 'GLOBAL',
      library_path: library,
      api_version: '1.3.239',
      implementation_version: '1',
      description: 'Writes down statistics and assembly of compute pipelines',
    };
    writeFileSync(
      join(dirname(library), `${layerName}.json`),
      JSON.stringify({ file_format_version: '1.1.2', layer }),
    );
    buildLayer(library);
  }
  return { layerFolder, driver: driverManifest() as string };
}
