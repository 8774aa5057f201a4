import type { Task } from '../../shell/tasks';
import { execute } from './run/execute';
import { overall } from './run/stages';
import type { RunRequest, RunResult } from './run/types';

export const tasks = {
  /** Rotates, checks and times a choice, on a device of its own; null where this browser keeps WebGPU from workers. */
  run: (async (request, { progress }) => {
    if (!(navigator as Partial<Navigator>).gpu) return null;
    return execute(request, (at) => progress(overall(at), at.text));
  }) satisfies Task<RunRequest, RunResult | null>,
};

export type CheckTasks = typeof tasks;
