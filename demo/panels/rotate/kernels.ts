import { createRope, type Rope, type RopeConfig } from 'webgpu-rope';
import { type Additive, type AdditiveEncodingInput, createAdditive } from 'webgpu-rope/additive';

/** What can be made anew for other numbers, and ended. */
interface Kernel {
  destroy(): void;
}

interface Kept {
  readonly device: GPUDevice;
  readonly key: string;
  readonly kernel: Promise<Kernel>;
}

/** The last kernel of each use: a slider that moves tokens needs no other, one that changes theta a new table each time. */
const kept = new Map<string, Kept>();

function keep<K extends Kernel>(
  use: string,
  device: GPUDevice,
  key: string,
  make: () => Promise<K>,
): Promise<K> {
  const old = kept.get(use);
  // The use names the kind of kernel, and so its type.
  if (old?.device === device && old.key === key) return old.kernel as Promise<K>;
  const kernel = make();
  kept.set(use, { device, key, kernel });
  // A use has one task at a time, which has ended by now; what failed to be made has nothing to end.
  void old?.kernel.then(
    (made) => made.destroy(),
    () => {},
  );
  kernel.catch(() => {
    if (kept.get(use)?.kernel === kernel) kept.delete(use);
  });
  return kernel;
}

/** A rope for f32 rows at positions from a start; with several axes, at the cells of a grid. */
export function ropeFor(device: GPUDevice, config: RopeConfig, use = 'rope'): Promise<Rope> {
  return keep(use, device, JSON.stringify(config), () =>
    createRope(device, config, {
      dtypes: ['f32'],
      label: `rotate panel: ${use}`,
    }),
  );
}

export function additiveFor(device: GPUDevice, encoding: AdditiveEncodingInput): Promise<Additive> {
  return keep('additive', device, JSON.stringify(encoding), () =>
    createAdditive(device, encoding, { dtypes: ['f32'], label: 'rotate panel: additive' }),
  );
}
