/**
 * Compiles WGSL for an AMD GPU that need not be there: Dawn on Mesa's RADV, which RADV_FORCE_FAMILY makes compile for any
 * family, with the layer of capture-layer.c in between. Each batch has a process of its own: the driver reads its
 * environment once, and it does not survive the end of a device without hardware.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { layerName, type Toolchain } from './toolchain';

/** One entry point with its overrides. */
export interface KernelSource {
  readonly code: string;
  readonly entry: string;
  readonly constants: Readonly<Record<string, number>>;
}

/** Kernels that share a device. */
export interface Batch {
  readonly kernels: readonly KernelSource[];
  readonly features: readonly GPUFeatureName[];
}

/** What the driver makes of a kernel. */
export interface Compiled {
  readonly assembly: string;
  /** The driver's own counts by its own names, such as `Spilled VGPRs`. */
  readonly statistics: Readonly<Record<string, number>>;
  /** The driver's name and version. */
  readonly driver: string;
}

/**
 * Compiles a batch for a family as Mesa names it, such as `navi21`.
 *
 * @returns What each kernel became, in the order of the batch.
 * @throws {Error} a kernel does not compile, or the driver does not know the family
 */
export function compiled(batch: Batch, family: string, { layerFolder, driver }: Toolchain): Compiled[] {
  const folder = mkdtempSync(join(tmpdir(), 'webgpu-rope-isa-'));
  try {
    const child = fileURLToPath(new URL('compile-child.ts', import.meta.url));
    const lines = execFileSync(process.execPath, ['--import', 'tsx', child], {
      encoding: 'utf8',
      input: JSON.stringify(batch),
      stdio: ['pipe', 'pipe', 'pipe'],
      maxBuffer: 2 ** 28,
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: {
        ...process.env,
        RADV_FORCE_FAMILY: family,
        VK_DRIVER_FILES: driver,
        VK_LAYER_PATH: layerFolder,
        VK_INSTANCE_LAYERS: layerName,
        XDG_RUNTIME_DIR: folder,
        MESA_SHADER_CACHE_DISABLE: 'true',
        CAPTURE_DIR: folder,
      },
    });
    return lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Compiled);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The driver's name and version. */
export function driverName(family: string, tools: Toolchain): string {
  const code = '@compute @workgroup_size(1) fn nothing() {}';
  const kernels = [{ code, entry: 'nothing', constants: {} }];
  return compiled({ kernels, features: [] }, family, tools)[0]?.driver ?? '';
}
