import type { TaskMap } from '../shell/tasks';

/** The panels' work off the main thread: each module loads in the worker at the first request for it. */
export const taskModules = {
  see: () => import('./see/tasks'),
  check: () => import('./check/tasks'),
  digits: () => import('./digits/tasks'),
  precision: () => import('./precision/tasks'),
  extend: () => import('./extend/tasks'),
  rotate: () => import('./rotate/tasks'),
  tell: () => import('./tell/tasks'),
} satisfies Record<string, () => Promise<{ readonly tasks: TaskMap }>>;

export type TaskModule = keyof typeof taskModules;
