import type { EncodingProperties } from 'webgpu-rope/analysis';
import type { Task } from '../../shell/tasks';
import type { Compared } from './compare';
import { makeRows, type Rows } from './rows';
import { chosenOf, trainedOf } from './sources';
import { countOf, type State } from './state';

export interface CompareRequest {
  readonly state: State;
  /** Whether the page has found a GPU; without one the CPU does all. */
  readonly gpu: boolean;
}

/** One encoding of the table of all. */
export interface MeasuredEncoding {
  readonly title: string;
  readonly note: string;
  readonly properties: EncodingProperties;
}

/** Positions that properties are measured over, at most. */
export const mostMeasured = 512;

/** What counts as trained, and how far past it the properties look: as far as the scheme extends, else twice as far. */
export function measuredOf(state: State): { length: number; extension: number } {
  const isExtended = state.encoding === 'rope' && state.scheme !== 'direct';
  const trained = isExtended ? trainedOf(state) : countOf(state);
  const extension = isExtended ? Math.min(16, state.length / trained) : 2;
  return { length: Math.min(mostMeasured, trained), extension: extension > 1 ? extension : 2 };
}

let comparing: AbortController | undefined;

export const tasks = {
  rows: ((state) => makeRows(state)) satisfies Task<State, Rows>,
  /** Long at 4096 positions on a slow adapter; {@link tasks.stop} ends it, and the device stays. */
  compare: (async ({ state, gpu }, { device, progress }) => {
    const controller = new AbortController();
    comparing = controller;
    // The kernels are not needed for the first drawing.
    const { compareRows } = await import('./compare');
    return compareRows(state, gpu ? await device() : null, {
      signal: controller.signal,
      onProgress: (done) => progress(done, `comparing all pairs ${Math.round(100 * done)}%`),
    });
  }) satisfies Task<CompareRequest, Compared>,
  stop: (() => comparing?.abort()) satisfies Task<undefined, void>,
  properties: (async (state) => {
    const { encodingProperties } = await import('webgpu-rope/analysis');
    return encodingProperties(chosenOf(state).source, measuredOf(state));
  }) satisfies Task<State, EncodingProperties>,
  /** As long as the page is patient: some seconds. */
  catalogue: (async (_, { progress }) => {
    const [{ encodingProperties }, { encodingCatalogue }] = await Promise.all([
      import('webgpu-rope/analysis'),
      import('webgpu-rope/analysis'),
    ]);
    const entries = encodingCatalogue();
    return entries.map(({ title, note, source }, n) => {
      progress(n / entries.length, `measuring ${title}`);
      return { title, note, properties: encodingProperties(source) };
    });
  }) satisfies Task<undefined, MeasuredEncoding[]>,
};

export type SeeTasks = typeof tasks;
