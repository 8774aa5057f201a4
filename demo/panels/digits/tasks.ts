import { ropeFrequencies } from 'webgpu-rope';
import { type AdapterSummary, summarise } from '../../shell/adapter';
import type { Task } from '../../shell/tasks';
import { type TableSize, tableSize, tableSizes } from './sizes';
import { capacity, type DigitsState } from './state';
import { type Lookup, lookup, makeTwoDigit, splitPosition, type TwoDigitTable } from './two-digit';
import { type Octave, octavesOf, worstIn } from './worst';

/** The head whose table is meant. */
export type Head = Pick<DigitsState, 'dim' | 'theta'>;

export interface LookupRequest extends Head {
  readonly position: number;
}

export interface LookupResult {
  readonly high: number;
  readonly low: number;
  readonly lowBits: number;
  /** A lookup a pair. */
  readonly pairs: readonly Lookup[];
  /** Bytes of the table. */
  readonly bytes: number;
}

export interface WorstRequest extends Head {
  /** Positions an octave at most; left out: all of them. */
  readonly most?: number;
}

/** What the GPU at hand binds at once, or null where there is none to ask. */
export type Limits = { readonly adapter: AdapterSummary; readonly bindingBytes: number } | null;

let latest: { readonly key: string; readonly table: TwoDigitTable } | undefined;

/** The table of the last head asked for: a slider asks for many positions of one. */
function tableOf({ dim, theta }: Head): TwoDigitTable {
  const key = `${dim} ${theta}`;
  if (latest?.key !== key) {
    latest = { key, table: makeTwoDigit(ropeFrequencies({ headDim: dim, theta }), capacity) };
  }
  return latest.table;
}

/** Positions between two words of progress. */
const stretch = 8192;

export const tasks = {
  /** What the kernel reads and computes for every pair at a position. */
  lookup: ((request) => {
    const table = tableOf(request);
    const { position, dim } = request;
    const pairs = Array.from({ length: dim / 2 }, (_, pair) => lookup(table, position, pair));
    const bytes = tableSize(dim / 2, capacity).twoDigit;
    return { ...splitPosition(table, position), lowBits: table.lowBits, pairs, bytes };
  }) satisfies Task<LookupRequest, LookupResult>,

  /** The largest errors by octave of position. */
  worst: ((request, { progress }) => {
    const { most = capacity } = request;
    const table = tableOf(request);
    let done = 0;
    return octavesOf(capacity).map(({ first, last }) => {
      if (last - first < most && last - first > stretch) {
        // All of a long octave, a stretch at a time.
        let all: Octave = { first, last, positions: 0, error: 0, fullError: 0 };
        for (let from = first; from <= last; from += stretch) {
          const part = worstIn(table, from, Math.min(from + stretch - 1, last), stretch);
          all = {
            ...all,
            positions: all.positions + part.positions,
            error: Math.max(all.error, part.error),
            fullError: Math.max(all.fullError, part.fullError),
          };
          done += part.positions;
          progress(done / capacity, `looking at position ${done} of ${capacity}`);
        }
        return all;
      }
      const octave = worstIn(table, first, last, most);
      done += octave.positions;
      return octave;
    });
  }) satisfies Task<WorstRequest, Octave[]>,

  /** Bytes of both kinds of table, by capacity. */
  sizes: (({ pairs }) => pairs.map(tableSizes)) satisfies Task<
    { readonly pairs: readonly number[] },
    TableSize[][]
  >,

  limits: (async (_, { device }) => {
    const gpu = await device();
    if (!gpu) return null;
    // Older implementations keep the adapter's name from the device.
    const info = gpu.adapterInfo as GPUAdapterInfo | undefined;
    return { adapter: summarise(info), bindingBytes: gpu.limits.maxStorageBufferBindingSize };
  }) satisfies Task<undefined, Limits>,
};

export type DigitsTasks = typeof tasks;
