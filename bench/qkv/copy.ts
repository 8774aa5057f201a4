import { tensorBuffer } from '../harness/data';
import type { MeasureOptions } from '../harness/measure';
import { copyShapesOf } from './kernels';
import { type QuickestLaunch, quickestOf } from './quickest';

/** The quickest copy here of so many bytes in place and, twice, so many from a buffer to another; buffers of its own. */
export async function makeCopy(
  device: GPUDevice,
  bytes: { readonly q: number; readonly k: number; readonly pairs: 1 | 2 },
  options: MeasureOptions,
): Promise<QuickestLaunch> {
  // The kernel always copies two tensors: one alone is copied as its halves.
  const kBytes = bytes.pairs === 1 ? bytes.k / 2 : bytes.k;
  const make = (name: string, size: number): GPUBuffer =>
    tensorBuffer(device, `bench copy ${name}`, Math.max(size, 16));
  const buffers = {
    q: make('Q', bytes.q),
    k: make('K', kBytes),
    v: make('V', kBytes),
    kCache: make('K to', kBytes),
    vCache: make('V to', kBytes),
  };
  const launch = await quickestOf(device, copyShapesOf(device, { q: bytes.q, k: kBytes }, buffers), options);
  return {
    ...launch,
    destroy: () => {
      launch.destroy();
      for (const buffer of Object.values(buffers)) buffer.destroy();
    },
  };
}
