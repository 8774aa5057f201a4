import type { RopeDtype } from '../dtypes';
import type { RopePositionSource } from '../kernel/positions';
import type { RopeLayout, RopeStrides, RopeTensor } from '../rope/tensor';

/**
 * RMSNorm of a head, or of all heads of a token, before the rotation: `x * weight / sqrt(mean(x^2) + epsilon)`, with float32 sums
 * and one rounding, at the end. Zhang and Sennrich, "Root Mean Square Layer Normalization", arXiv:1910.07467.
 */
export interface QkvNorm {
  /** Added to the mean of the squares. Positive, and a normal float32: 2^-126 or more. */
  readonly epsilon: number;
  /**
   * `head` (default): each head by its own mean, `headDim` weights (Qwen3, Gemma 3). `heads`: all heads of a token by one mean,
   * `heads * headDim` weights (OLMo 2).
   */
  readonly over?: 'head' | 'heads';
  /** The weights: numbers, which are copied, or a buffer with STORAGE, which is only read. Default: 1 each. */
  readonly weight?: Float32Array | GPUBuffer;
  /** How a buffer of weights is stored. Default the `dtype` of the binding. Of one binding, all are of one dtype. */
  readonly weightDtype?: RopeDtype;
  /** Element of the buffer at which the weights begin; whole 4-byte words. Default 0. */
  readonly weightOffset?: number;
  /** Whether the factor is `1 + weight` (Gemma). Default false. */
  readonly onePlusWeight?: boolean;
}

/** Q or K as the projections left it. */
export interface QkvTensor extends RopeTensor {
  /** Elements in a head. Default the `headDim` of the binding. */
  readonly headDim?: number;
  /** Element of a head at which its rotated elements begin: 128 in MLA's queries of 192 elements. Default: by the config's `placement`. */
  readonly rotaryOffset?: number;
  /** Default: none. */
  readonly norm?: QkvNorm;
}

/** Where rows of K or V are written: `[batch, capacity, heads, headDim]`, with the heads of the tensor they come from. */
export interface QkvCache {
  /** Needs `GPUBufferUsage.STORAGE`. May be that of the other cache. */
  readonly buffer: GPUBuffer;
  /** Token rows of a sequence; of all together where `shared`. Nothing outside of them is written. */
  readonly capacity: number;
  /** Default `bshd`. */
  readonly layout?: RopeLayout;
  /** Element at which the cache begins. Default 0. */
  readonly offset?: number;
  /** Distances in elements. Default: those of the layout. */
  readonly strides?: RopeStrides;
  /** Default the `dtype` of the binding. */
  readonly dtype?: RopeDtype;
  /** Whether all sequences have one pool of rows (vLLM's slots and pages), rather than `capacity` rows each. Default false. */
  readonly shared?: boolean;
}

/** K: rotated in place, or written to a cache, its buffer then only being read. */
export interface QkvKeys extends QkvTensor {
  readonly cache?: QkvCache;
}

/** V: goes to its cache as it is. */
export interface QkvValues extends Omit<QkvTensor, 'rotaryOffset'> {
  readonly cache: QkvCache;
}

/** What {@link Qkv.bind} takes: any of Q, K and V, in buffers of their own or as ranges of one. */
export interface QkvBinding {
  readonly q?: QkvTensor;
  readonly k?: QkvKeys;
  readonly v?: QkvValues;
  /** Of Q, K and V as the projections left them. */
  readonly dtype: RopeDtype;
  /** Elements in a head. Default the config's `headDim`. */
  readonly headDim?: number;
  /** Whether Q and K are rotated; false for a layer without RoPE. Default true. */
  readonly rotates?: boolean;
}

/** Token t of every sequence goes to row `first + t`. */
export interface QkvFirstRow {
  readonly type: 'first';
  /** Left out where a `step` says it. */
  readonly first?: number;
}

/** The last `capacity` rows are kept: token t goes to row `(first + t) mod capacity`; of more tokens than rows, the last ones. */
export interface QkvRing {
  readonly type: 'ring';
  /** Left out where a `step` says it. */
  readonly first?: number;
}

/** A row a token, from a GPUBuffer that is only read. -1: K and V of the token are not written. */
export interface QkvSlots {
  readonly type: 'slots';
  /** `[tokens]`, shared by a batch, or `[batch, tokens]` with `perSequence`. */
  readonly buffer: GPUBuffer;
  /** Default `i32`. `i64` is two words a slot, low first. */
  readonly format?: 'u32' | 'i32' | 'i64';
  /** Whether each sequence has slots of its own. Default false. */
  readonly perSequence?: boolean;
  /** Slots from one sequence to the next. Default `tokens`. */
  readonly rowLength?: number;
  /** First slot. Default 0. */
  readonly offset?: number;
}

/**
 * Pages of a cache by a block table, `[batch, pagesPerSequence]` u32 or i32 words: token t of sequence b is row `r = first + t` of the
 * sequence, and goes to row `table[b][floor(r / pageSize)] * pageSize + r mod pageSize` of the cache.
 */
export interface QkvPages {
  readonly type: 'pages';
  /** Only read. */
  readonly table: GPUBuffer;
  readonly pageSize: number;
  readonly pagesPerSequence: number;
  /** First word of the table. Default 0. */
  readonly offset?: number;
  /** Left out where a `step` says it. */
  readonly first?: number;
}

/** The row of the cache that a token's K and V go to; a discriminated union on `type`. Positions never decide it. */
export type QkvRows = QkvFirstRow | QkvRing | QkvSlots | QkvPages;

/**
 * What only the GPU knows of a step: three u32 words, `[tokens, start, first]`, the tokens that there are, the position of the first
 * one and its row. `start` is not read where `positions` are given, `first` not with slots.
 */
export interface QkvStep {
  /** Only read. Needs STORAGE. */
  readonly buffer: GPUBuffer;
  /** First word. Default 0. */
  readonly offset?: number;
  /** Whether each sequence has three words of its own, `[batch, 3]`: a batch of different lengths. Default false. */
  readonly perSequence?: boolean;
}

/** Which tokens an encode takes, their positions, and where their K and V go. */
export interface QkvEncodeOptions extends RopePositionSource {
  /** Tokens of each sequence; with a `step` the most there may be: it is the shape of the tensors and of the launch. */
  readonly tokens: number;
  /** Sequences. Default 1. */
  readonly batch?: number;
  /** Required where there is a cache, or K has a `capacity`: the rows of K in place are then these. */
  readonly rows?: QkvRows;
  /** Says `start` and the first row in their place. */
  readonly step?: QkvStep;
}

/** What {@link QkvLayer.prepare} compiles ahead. */
export interface QkvPreparation {
  /** The kind of positions that encodes will have. Default a start. */
  readonly positions?: 'start' | 'ids' | 'ragged' | 'grid';
  /** The kind of rows. Default `first`. */
  readonly rows?: QkvRows['type'];
  /** Whether there will be a `step`. Default false. */
  readonly step?: boolean;
}

/** Entries that encodes submitted so far have met and left alone, each counted once. */
export interface QkvBadEntries {
  /** Tokens whose position the table does not have. Padding is not counted. */
  readonly positions: number;
  /** Tokens whose slot or page is not there. -1 in slots is not counted. */
  readonly rows: number;
  /** Sequences of a step that had more than `tokens`. */
  readonly tokens: number;
}
