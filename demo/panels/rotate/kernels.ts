import { createRope, type Rope, type RopeConfig } from 'webgpu-rope';
import { type Additive, type AdditiveEncodingInput, createAdditive } from 'webgpu-rope/additive';

/** What can be made anew for other numbers, and ended. */
interface Kernel {
  destroy(): void;
}

interface LastKernel {
  readonly device: GPUDevice;
  readonly key: string;
  readonly kernel: Promise<Kernel>;
}

/** The last kernel of each use: a slider that moves tokens needs no other, one that changes theta a new table each time. */
const lastKernels = new Map<string, LastKernel>();

function kernelFor<K extends Kernel>(
  use: string,
  device: GPUDevice,
  key: string,
  make: () => Promise<K>,
): Promise<K> {
  const last = lastKernels.get(use);
  // The use names the kind of kernel, and so its type.
  if (last?.device === device && last.key === key) return last.kernel as Promise<K>;
  const kernel = make();
  lastKernels.set(use, { device, key, kernel });
  // A use has one task at a time, which has ended by now; what failed to be made has nothing to end.
  void last?.kernel.then(
    (unused) => unused.destroy(),
    () => {},
  );
  kernel.catch(() => {
    if (lastKernels.get(use)?.kernel === kernel) lastKernels.delete(use);
  });
  return kernel;
}

/** A rope for f32 rows at positions from a start; with several axes, at the cells of a grid. */
export function ropeFor(device: GPUDevice, config: RopeConfig, use = 'rope'): Promise<Rope> {
  return kernelFor(use, device, JSON.stringify(config), () =>
    createRope(device, config, {
      dtypes: ['f32'],
      label: `rotate panel: ${use}`,
    }),
  );
}

export function additiveFor(device: GPUDevice, encoding: AdditiveEncodingInput): Promise<Additive> {
  return kernelFor('additive', device, JSON.stringify(encoding), () =>
    createAdditive(device, encoding, { dtypes: ['f32'], label: 'rotate panel: additive' }),
  );
}
