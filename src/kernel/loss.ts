import { remembered } from './remembered';

/** Whether a device was lost, as far as it was seen: `device.lost` is a promise, which cannot be asked. */
export interface Loss {
  info: Pick<GPUDeviceLostInfo, 'reason' | 'message'> | null;
}

const losses = new WeakMap<GPUDevice, Loss>();

/** Watches a device from its first use here on. A device that was lost before is known to be one microtask later. */
export function lossOf(device: GPUDevice): Loss {
  return remembered(losses, device, () => {
    const loss: Loss = { info: null };
    const lose = (info: Loss['info']): void => {
      loss.info = info;
    };
    // Where the promise itself fails nothing is known of the device but that it cannot be relied on.
    device.lost.then(lose, (error: unknown) => lose({ reason: 'unknown', message: String(error) }));
    return loss;
  });
}

/** @throws {TypeError} the device was lost, and that has been seen */
export function checkNotLost({ info }: Loss): void {
  if (info === null) return;
  throw new TypeError(
    `device: expected a live GPUDevice, got one that was lost (${info.reason}): ${info.message}`,
  );
}

/** The same for callers that can wait: sees a loss of any time before the call. */
export async function checkLiveDevice(device: GPUDevice): Promise<void> {
  const loss = lossOf(device);
  // What a promise that is settled already calls runs first.
  await Promise.resolve();
  checkNotLost(loss);
}
