/** What every GPU test needs: one device a page, with default limits and no features, and a watch over its errors. */

let shared: Promise<GPUDevice> | undefined;

/** An adapter, or an error that says what is missing. A test that needs a device of its own starts here. */
export async function requestAdapter(): Promise<GPUAdapter> {
  if (!navigator.gpu)
    throw new Error('navigator.gpu: expected WebGPU in this browser, got none; see scripts/browser.ts');
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter)
    throw new Error('requestAdapter: expected an adapter, got null; set WEBGPU_ADAPTER=swiftshader');
  return adapter;
}

/**
 * The device that all test files of a page share, with what was compiled on it: default limits, no features. Do not destroy it.
 *
 * An error outside every scope, or the loss of the device, fails the run.
 *
 * @throws {Error} this browser has no WebGPU or no adapter
 */
export function getDevice(): Promise<GPUDevice> {
  shared ??= createDevice();
  return shared;
}

async function createDevice(): Promise<GPUDevice> {
  const device = await (await requestAdapter()).requestDevice({ label: 'shared test device' });
  device.addEventListener('uncapturederror', ({ error }) => {
    reportError(new Error(`uncaptured ${nameOf(error)}: ${error.message}`));
  });
  void device.lost.then(({ reason, message }) => {
    if (reason !== 'destroyed')
      reportError(new Error(`the shared test device was lost (${reason}): ${message}`));
  });
  return device;
}

/** Anything that must be destroyed when a test ends. */
interface Destroyable {
  destroy(): void;
}

/** Marks an object as owned by the running scope, which destroys it at its end, and returns it. */
export type Own = <T extends Destroyable>(object: T) => T;

const filters = ['validation', 'out-of-memory', 'internal'] as const satisfies GPUErrorFilter[];

/**
 * Runs `body` inside validation, out-of-memory and internal error scopes, destroys what it owns, and fails on any GPU error.
 *
 * @example await withErrorScope(device, async (own) => { const buffer = own(device.createBuffer({ size: 16, usage })); })
 * @throws {Error} what `body` throws, else one error that lists the GPU's
 */
export async function withErrorScope<R>(device: GPUDevice, body: (own: Own) => R | Promise<R>): Promise<R> {
  const owned: Destroyable[] = [];
  const own: Own = (object) => {
    owned.push(object);
    return object;
  };
  for (const filter of filters) device.pushErrorScope(filter);
  let outcome: { result: R } | { thrown: unknown };
  try {
    outcome = { result: await body(own) };
  } catch (thrown) {
    outcome = { thrown };
  }
  for (const object of owned.reverse()) object.destroy();
  const errors = (await Promise.all(filters.map(() => device.popErrorScope()))).filter(
    (error) => error !== null,
  );
  const report = errors.map((error) => `${nameOf(error)}: ${error.message}`).join('\n');
  if ('thrown' in outcome) {
    if (report && outcome.thrown instanceof Error) outcome.thrown.message += `\n${report}`;
    throw outcome.thrown;
  }
  if (report) throw new Error(report);
  return outcome.result;
}

function nameOf(error: GPUError): string {
  return error.constructor.name;
}
