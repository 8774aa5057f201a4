/**
 * Makes buffers that the device may have no memory for: it says so later, and to a scope of errors alone.
 *
 * @returns what was made, and a promise that rejects where it cannot be used
 */
export function withinMemory<T>(device: GPUDevice, make: () => T): [made: T, usable: Promise<void>] {
  device.pushErrorScope('validation');
  device.pushErrorScope('out-of-memory');
  const popped = () => Promise.all([device.popErrorScope(), device.popErrorScope()]);
  let made: T;
  try {
    made = make();
  } catch (error) {
    popped().catch(() => {});
    throw error;
  }
  const usable = popped().then(
    // A buffer without memory, or of a device that is lost, is not valid either: that says nothing more.
    ([error]) => {
      if (error) throw new RangeError(`device: expected memory for tables, got an error: ${error.message}`);
    },
    // The device was lost, which is seen elsewhere.
    () => {},
  );
  return [made, usable];
}
