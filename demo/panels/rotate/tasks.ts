import type { Task } from '../../shell/tasks';
import { type ImageScores, imageScores } from './image-scores';
import type { State } from './state';
import { type TextScores, textScores } from './text-scores';

export interface RotateRequest {
  readonly state: State;
  /** Whether the page has found a GPU; without one the CPU reference does all. */
  readonly gpu: boolean;
}

export const tasks = {
  text: (async ({ state, gpu }, { device }) => textScores(state, gpu ? await device() : null)) satisfies Task<
    RotateRequest,
    TextScores
  >,
  image: (async ({ state, gpu }, { device }) =>
    imageScores(state, gpu ? await device() : null)) satisfies Task<RotateRequest, ImageScores>,
};

export type RotateTasks = typeof tasks;
