import type { Task } from '../../shell/tasks';
import { type ComparedScheme, type Comparison, compareSchemes } from './compare';

export const tasks = {
  /** All schemes for one model and two lengths, in the order of `extensionSchemes`. */
  compare: ((comparison) => compareSchemes(comparison)) satisfies Task<Comparison, ComparedScheme[]>,
};

export type ExtendTasks = typeof tasks;
