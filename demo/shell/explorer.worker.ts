/** The one worker script of the explorer: runs the panels' tasks, and owns the device that they share. */
import { type TaskModule, taskModules } from '../panels/tasks';
import type { Answer, Order, TaskContext } from './tasks';
import { buffersIn } from './transfer';

const postAnswer = (answer: Answer, transfer: Transferable[] = []): void => postMessage(answer, { transfer });

/** The device, and a promise that rejects when it is lost or refuses. */
interface Shared {
  readonly device: GPUDevice | null;
  readonly trouble: Promise<never>;
}

let shared: Promise<Shared> | undefined;

function sharedDevice(): Promise<Shared> {
  if (!shared) {
    const requested = requestShared(() => {
      if (shared === requested) shared = undefined;
    });
    shared = requested;
  }
  return shared;
}

/** @param forget Called when the device is of no more use: the next task gets a fresh one. */
async function requestShared(forget: () => void): Promise<Shared> {
  let fail: (error: Error) => void = () => {};
  const trouble = new Promise<never>((_, reject) => {
    fail = (error) => {
      forget();
      reject(error);
    };
  });
  trouble.catch(() => {});
  const gpu = (navigator as Partial<Navigator>).gpu;
  const adapter = await gpu?.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  if (!gpu || !adapter) return { device: null, trouble };
  const { requestRopeDevice } = await import('webgpu-rope');
  const device = await requestRopeDevice({
    onLost: ({ reason, message }) => fail(new Error(`The GPU device was lost (${reason}): ${message}`)),
  }).catch((error: unknown) => {
    forget();
    throw error;
  });
  device.addEventListener('uncapturederror', ({ error }) => {
    fail(new Error(`The GPU refused: ${error.message}`));
    device.destroy();
  });
  return { device, trouble };
}

async function perform({ id, module, task, request }: Order): Promise<unknown> {
  const { tasks } = await taskModules[module as TaskModule]();
  const work = (tasks as Record<string, (request: unknown, context: TaskContext) => unknown>)[task];
  if (!work) throw new RangeError(`task: expected one of ${Object.keys(tasks).join(', ')}, got "${task}"`);
  let stop: (error: unknown) => void = () => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = reject;
  });
  stopped.catch(() => {});
  let usesDevice = false;
  const context: TaskContext = {
    async device() {
      const { device, trouble } = await sharedDevice();
      trouble.catch(stop);
      usesDevice = device !== null;
      return device;
    },
    progress: (done, text) => postAnswer({ id, kind: 'progress', done, text }),
  };
  try {
    return await Promise.race([work(request, context), stopped]);
  } catch (error) {
    // What a lost device does to a task (a mapping ends with AbortError) may come before the word that it was lost.
    if (usesDevice) await Promise.race([stopped, new Promise((resolve) => setTimeout(resolve, lossMs))]);
    throw error;
  }
}

/** How long after a task's failure its device's loss may still be heard of, ms. */
const lossMs = 50;

addEventListener('message', async ({ data }: MessageEvent<Order>) => {
  const { id } = data;
  try {
    const result = await perform(data);
    postAnswer({ id, kind: 'result', result }, buffersIn(result));
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
    postAnswer({ id, kind: 'error', name, message });
  }
});
