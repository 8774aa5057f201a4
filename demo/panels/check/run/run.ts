import type { AdapterSummary } from '../../../shell/adapter';
import type { OnProgress, Work } from '../../../shell/work';
import type { Choice } from '../choice';
import type { CheckTasks } from '../tasks';
import { overall } from './stages';
import type { RunResult } from './types';

/**
 * Runs a choice in the panel's worker, so that the page stays quick whatever the run does.
 *
 * @param signal Aborting ends the worker, and with it its device, at once.
 * @throws {DOMException} AbortError: it was cancelled   @throws {Error} what went wrong, in words
 */
export async function runChoice(
  work: Work<CheckTasks>,
  choice: Choice,
  adapter: AdapterSummary,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<RunResult> {
  const result = await work.run('run', { choice, adapter }, { signal, onProgress });
  if (result) return result;
  // Some browsers keep WebGPU from workers. Better a page that stutters than none.
  const { execute } = await import('./execute');
  return execute(choice, adapter, (at) => {
    signal.throwIfAborted();
    onProgress(overall(at), at.text);
  });
}
