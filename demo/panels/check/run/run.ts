import type { OnProgress, Work } from '../../../shell/work';
import type { CheckTasks } from '../tasks';
import { overall } from './stages';
import type { RunRequest, RunResult } from './types';

/**
 * Runs a choice in the panel's worker, so that the page stays quick whatever the run does.
 *
 * @param options.signal Aborting ends the worker, and with it its device, at once.
 * @throws {DOMException} AbortError: it was cancelled   @throws {Error} what went wrong, in words
 */
export async function runChoice(
  work: Work<CheckTasks>,
  request: RunRequest,
  options: { readonly onProgress: OnProgress; readonly signal: AbortSignal },
): Promise<RunResult> {
  const { onProgress, signal } = options;
  const result = await work.run('run', request, options);
  if (result) return result;
  // Some browsers keep WebGPU from workers. Better a page that stutters than none.
  const { execute } = await import('./execute');
  return execute(request, (at) => {
    signal.throwIfAborted();
    onProgress(overall(at), at.text);
  });
}
