/** Runs one choice off the main thread. The page ends the worker when it has its answer, or wants it no longer. */
import type { Choice } from '../choice';
import { execute } from './execute';
import type { AdapterSummary, WorkerMessage } from './types';

const say = (message: WorkerMessage): void => postMessage(message);

addEventListener('message', async ({ data }: MessageEvent<{ choice: Choice; adapter: AdapterSummary }>) => {
  if (!(navigator as Partial<Navigator>).gpu) {
    say({ kind: 'no-gpu-here' });
    return;
  }
  try {
    const result = await execute(data.choice, data.adapter, (progress) =>
      say({ kind: 'progress', progress }),
    );
    say({ kind: 'result', result });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
    say({ kind: 'error', name, message });
  }
});
