import type { Consumer } from './consumer';
import { engines } from './engines';
import { runtimes } from './runtimes';
import { tools } from './tools';
import { types } from './types';

/** All, in the order in which they run. */
export const consumers: readonly Consumer[] = [...tools, ...types, ...runtimes, ...engines];
