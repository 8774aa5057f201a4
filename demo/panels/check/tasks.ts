import type { AdapterSummary } from '../../shell/adapter';
import type { Task } from '../../shell/tasks';
import type { Choice } from './choice';
import { execute } from './run/execute';
import { overall } from './run/stages';
import type { RunResult } from './run/types';

export interface RunRequest {
  readonly choice: Choice;
  readonly adapter: AdapterSummary;
}

export const tasks = {
  /** Rotates, checks and times a choice, on a device of its own; null where this browser keeps WebGPU from workers. */
  run: (async ({ choice, adapter }, { progress }) => {
    if (!(navigator as Partial<Navigator>).gpu) return null;
    return execute(choice, adapter, (at) => progress(overall(at), at.text));
  }) satisfies Task<RunRequest, RunResult | null>,
};

export type CheckTasks = typeof tasks;
