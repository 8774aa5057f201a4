/** What a case of norms, rotation and cache writes is, and where its tensors, caches and weights lie. */

import type {
  Pairing,
  Qkv,
  QkvEncodeOptions,
  QkvLayer,
  Rope,
  RopeConfigInput,
  RopeDtype,
  RopeOptions,
} from 'webgpu-rope';
import type { Arena, ArenaPlace } from './qkv-arena';
import type { PositionCase, RowsCase, StepCase } from './qkv-sources';
import type { TensorPlace } from './tensors';

/** A norm, and where its weights come from. */
export interface NormCase {
  readonly over?: 'head' | 'heads';
  /** Default 1e-6. */
  readonly epsilon?: number;
  readonly onePlusWeight?: boolean;
  /** None, numbers on the host, or a buffer of a dtype. Default numbers. */
  readonly weights?: 'none' | 'numbers' | RopeDtype;
  /** Name of the buffer. Default one of its own. */
  readonly buffer?: string;
  /** Element at which they begin. */
  readonly offset?: number;
}

/** A cache. */
export interface CacheCase extends Pick<TensorPlace, 'layout' | 'offset' | 'strides'> {
  readonly capacity: number;
  readonly dtype?: RopeDtype;
  readonly shared?: boolean;
  readonly buffer?: string;
}

/** Q, K or V. */
export interface PartCase extends Pick<TensorPlace, 'heads' | 'layout' | 'offset' | 'capacity' | 'strides'> {
  readonly headDim?: number;
  readonly rotaryOffset?: number;
  readonly norm?: NormCase;
  readonly cache?: CacheCase;
  readonly buffer?: string;
}

/** A call of `encode`, with all that leads up to it. */
export interface QkvCase {
  readonly dtype: RopeDtype;
  readonly headDim: number;
  readonly pairing?: Pairing;
  readonly config?: Partial<RopeConfigInput>;
  readonly options?: RopeOptions;
  readonly tokens: number;
  readonly batch?: number;
  readonly q?: PartCase;
  readonly k?: PartCase;
  readonly v?: PartCase & { readonly cache: CacheCase };
  readonly rotates?: boolean;
  /** Default a start of 5, unless there is a step. */
  readonly positions?: PositionCase;
  readonly rows?: RowsCase;
  readonly step?: StepCase;
  /** Also NaN, infinities, zeros, subnormals and the largest values. */
  readonly special?: boolean;
}

export const partNames = ['q', 'k', 'v'] as const;
export type PartName = (typeof partNames)[number];

/** A part of a case and the places it has in the arena. */
export interface PlacedPart {
  readonly name: PartName;
  readonly part: PartCase;
  readonly source: ArenaPlace;
  readonly cache: ArenaPlace | null;
  readonly weights: ArenaPlace | null;
  /** Weights of its norm that lie on the host. */
  readonly numbers: number;
}

/** A case on the GPU, before its call. */
export interface QkvSetup {
  readonly rope: Rope;
  readonly qkv: Qkv;
  readonly layer: QkvLayer;
  readonly options: QkvEncodeOptions;
  /** What the buffers hold before the call. */
  readonly before: Arena;
  readonly buffers: ReadonlyMap<string, GPUBuffer>;
  /** Weights that lie on the host. */
  readonly numbers: ReadonlyMap<PartName, Float32Array>;
}

/** Where the parts of a case lie. */
export function placesOf(c: QkvCase): PlacedPart[] {
  const { batch = 1 } = c;
  return partNames.flatMap((name) => {
    const part = c[name];
    if (!part) return [];
    const { heads, headDim = c.headDim, layout, offset, capacity, strides, norm, cache } = part;
    const isAtRows = name === 'k' && !cache && capacity !== undefined;
    const shape = {
      heads,
      headDim,
      ...(layout && { layout }),
      ...(offset !== undefined && { offset }),
      ...(strides && { strides }),
    };
    const source: ArenaPlace = {
      ...shape,
      ...(capacity !== undefined && { capacity }),
      dtype: c.dtype,
      buffer: part.buffer ?? name,
      batch,
      tokens: isAtRows ? capacity : c.tokens,
    };
    const count = norm?.over === 'heads' ? heads * headDim : headDim;
    const { weights = 'numbers' } = norm ?? { weights: 'none' as const };
    return [
      {
        name,
        part,
        source,
        cache: cache ? cachePlace(name, cache, source) : null,
        weights:
          weights === 'none' || weights === 'numbers'
            ? null
            : {
                dtype: weights,
                buffer: norm?.buffer ?? `${name} weights`,
                heads: 1,
                tokens: 1,
                headDim: count,
                offset: norm?.offset ?? 0,
              },
        numbers: weights === 'numbers' ? count : 0,
      },
    ];
  });
}

function cachePlace(name: PartName, cache: CacheCase, source: ArenaPlace): ArenaPlace {
  const { capacity, dtype, shared, buffer, ...rest } = cache;
  return {
    ...rest,
    heads: source.heads,
    headDim: source.headDim,
    dtype: dtype ?? source.dtype,
    buffer: buffer ?? `${name} cache`,
    capacity,
    tokens: capacity,
    batch: shared ? 1 : (source.batch ?? 1),
  };
}
