import type { TaskModule } from '../panels/tasks';
import type { Answer, Order, RequestOf, ResultOf, TaskMap } from './tasks';

/** What a task says of itself while it runs: the part done, 0 to 1, and in words what goes on. */
export type OnProgress = (done: number, text: string) => void;

export interface RunOptions {
  /** Aborting ends the task at once. */
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** A panel's worker. */
export interface Work<Tasks extends TaskMap> {
  /**
   * Runs a task. The request is copied.
   *
   * @throws {DOMException} AbortError: the signal was aborted, or the work closed
   * @throws {Error} what the task threw, by name and message; or the worker's script did not load
   */
  run<Name extends keyof Tasks & string>(
    name: Name,
    request: RequestOf<Tasks[Name]>,
    options?: RunOptions,
  ): Promise<ResultOf<Tasks[Name]>>;
  /**
   * As {@link run}, for sliders: while one of the same name runs, only the newest waits; those overtaken resolve to
   * undefined, and so do all of them when the work closes.
   */
  latest<Name extends keyof Tasks & string>(
    name: Name,
    request: RequestOf<Tasks[Name]>,
    options?: RunOptions,
  ): Promise<ResultOf<Tasks[Name]> | undefined>;
  /** Ends the worker. What still runs rejects with AbortError. */
  close(): void;
}

interface Pending {
  readonly order: Order;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly onProgress: OnProgress | undefined;
}

interface Waiting {
  readonly start: () => void;
  readonly skip: () => void;
}

/** The work of one panel. Its worker starts at the first run. */
export function createWork<Tasks extends TaskMap>(module: TaskModule): Work<Tasks> {
  const pending = new Map<number, Pending>();
  /** By task: what waits while one runs; undefined where nothing waits. */
  const lanes = new Map<string, Waiting | undefined>();
  let worker: Worker | undefined;
  let count = 0;
  let closed = false;

  const settle = (id: number): Pending | undefined => {
    const entry = pending.get(id);
    pending.delete(id);
    return entry;
  };
  const stopWorker = (): void => {
    worker?.terminate();
    worker = undefined;
  };
  const startWorker = (): Worker => {
    const started = new Worker(new URL('./explorer.worker.ts', import.meta.url), { type: 'module' });
    started.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
      if (data.kind === 'progress') pending.get(data.id)?.onProgress?.(data.done, data.text);
      else if (data.kind === 'result') settle(data.id)?.resolve(data.result);
      else settle(data.id)?.reject(named(data.name, data.message));
    });
    started.addEventListener('error', (event) => {
      event.preventDefault();
      const error = new Error(`The worker failed: ${event.message || 'its script did not load'}`);
      stopWorker();
      for (const id of [...pending.keys()]) settle(id)?.reject(error);
    });
    return started;
  };
  const post = (order: Order): void => {
    worker ??= startWorker();
    try {
      worker.postMessage(order);
    } catch (error) {
      // A request that cannot be copied.
      settle(order.id)?.reject(error);
    }
  };
  /** A task cannot be stopped from outside: its worker ends, and what else ran there begins again. */
  const abort = (id: number, reason: unknown): void => {
    const entry = settle(id);
    if (!entry) return;
    stopWorker();
    for (const other of pending.values()) post(other.order);
    entry.reject(reason);
  };

  const run: Work<Tasks>['run'] = (name, request, { signal, onProgress } = {}) =>
    new Promise((resolve, reject) => {
      if (closed) throw closedError();
      signal?.throwIfAborted();
      const order: Order = { id: ++count, module, task: name, request };
      const onAbort = (): void => abort(order.id, signal?.reason);
      signal?.addEventListener('abort', onAbort);
      const end = (): void => signal?.removeEventListener('abort', onAbort);
      pending.set(order.id, {
        order,
        onProgress,
        resolve: (result) => {
          end();
          resolve(result as ResultOf<Tasks[typeof name]>);
        },
        reject: (error) => {
          end();
          reject(error);
        },
      });
      post(order);
    });

  const latest: Work<Tasks>['latest'] = async (name, request, options) => {
    if (lanes.has(name)) {
      lanes.get(name)?.skip();
      const isNewest = await new Promise<boolean>((resolve) => {
        lanes.set(name, { start: () => resolve(true), skip: () => resolve(false) });
      });
      if (!isNewest) return undefined;
    }
    if (closed) return undefined;
    lanes.set(name, undefined);
    try {
      return await run(name, request, options);
    } catch (error) {
      if (closed) return undefined;
      throw error;
    } finally {
      const next = lanes.get(name);
      // The lane stays taken until the next one has set off, so that no other slips in between.
      if (next) {
        lanes.set(name, undefined);
        next.start();
      } else lanes.delete(name);
    }
  };

  return {
    run,
    latest,
    close() {
      closed = true;
      stopWorker();
      for (const waiting of lanes.values()) waiting?.skip();
      lanes.clear();
      for (const id of [...pending.keys()]) settle(id)?.reject(closedError());
    },
  };
}

function closedError(): DOMException {
  return new DOMException('The panel was closed', 'AbortError');
}

function named(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}
