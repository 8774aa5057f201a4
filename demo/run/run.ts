import type { Choice } from '../choice';
import type { AdapterSummary, OnProgress, RunResult, WorkerMessage } from './types';

/**
 * Runs a choice in a worker, so that the page stays quick whatever the run does.
 *
 * @param signal Aborting ends the worker, and with it its device, at once.
 * @throws {DOMException} AbortError: it was cancelled   @throws {Error} what went wrong, in words
 */
export function runChoice(
  choice: Choice,
  adapter: AdapterSummary,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<RunResult> {
  return new Promise<RunResult>((resolve, reject) => {
    const worker = new Worker(new URL('./run.worker.ts', import.meta.url), { type: 'module' });
    const end = (settle: () => void): void => {
      worker.terminate();
      signal.removeEventListener('abort', abort);
      settle();
    };
    const abort = (): void => end(() => reject(signal.reason));
    signal.addEventListener('abort', abort);
    worker.addEventListener('message', ({ data }: MessageEvent<WorkerMessage>) => {
      if (data.kind === 'progress') onProgress(data.progress);
      else if (data.kind === 'result') end(() => resolve(data.result));
      else if (data.kind === 'error') end(() => reject(named(data.name, data.message)));
      // Some browsers keep WebGPU from workers. Better a page that stutters than none.
      else end(() => resolve(runHere(choice, adapter, onProgress, signal)));
    });
    worker.addEventListener('error', (event) => {
      end(() => reject(new Error(`The worker failed: ${event.message || 'its script did not load'}`)));
    });
    worker.postMessage({ choice, adapter });
  });
}

async function runHere(
  choice: Choice,
  adapter: AdapterSummary,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<RunResult> {
  const { execute } = await import('./execute');
  return execute(choice, adapter, (progress) => {
    signal.throwIfAborted();
    onProgress(progress);
  });
}

function named(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}
