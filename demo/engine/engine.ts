/** A small Llama on WebGPU: from tokens to the logits of the next one. docs/guide.md ends with a text told by it. */
import { createQkv, createRope, type Pairing, readTensor } from 'webgpu-rope';
import { type CacheLayout, CacheRows } from './cache-rows';
import { Workshop } from './gpu';
import type { Model } from './model';
import { createNetwork, type Inputs } from './network';

export interface EngineOptions {
  /** Sequences that are in the cache at a time. Default 1. */
  readonly sequences?: number;
  /** Keys that it keeps of each. Default the model's context. */
  readonly capacity?: number;
  /** Tokens of one call of `forward`, over all sequences. Default `capacity`. */
  readonly maxTokens?: number;
  /** Default `contiguous`. */
  readonly layout?: CacheLayout;
  /** Rows of a page. Default 16. */
  readonly pageSize?: number;
  /** Default `f32`. */
  readonly cacheDtype?: 'f32' | 'f16';
  /** How heads are rotated. Default `interleaved`, as in llama2.c's files, and 10 000. */
  readonly pairing?: Pairing;
  readonly theta?: number;
}

/** Tokens to append to a sequence. Those of one call may have any lengths. */
export interface Entry {
  readonly sequence: number;
  readonly tokens: readonly number[];
}

/** What a call says of the last token of an entry. */
export interface Outcome {
  /** [vocabulary]: of the next token. */
  readonly logits: Float32Array;
  /** [layers][keys]: how much it looks at each key, oldest first, averaged over heads; empty unless asked for. */
  readonly looks: readonly Float32Array[];
}

export interface Engine {
  /** Which keys each sequence has, and where: to drop the oldest, or to begin again. */
  readonly rows: CacheRows;
  /**
   * Appends tokens to sequences, a prompt at once or a token at a time, and says what may follow each.
   *
   * @param entries One for each sequence that grows.
   * @throws {RangeError} a token that the model lacks, more than `maxTokens` of them, or more than the cache has room for
   */
  forward(entries: readonly Entry[], options?: { readonly looks?: boolean }): Promise<Outcome[]>;
  /**
   * Moves the keys of a sequence, and its next token, by `delta` positions.
   *
   * @param options.rerotate False leaves the keys turned as they were: what an engine does that forgets them.
   */
  shift(sequence: number, delta: number, options?: { readonly rerotate?: boolean }): void;
  destroy(): void;
}

/** Compiles the kernels and uploads the weights. */
export async function createEngine(
  device: GPUDevice,
  model: Model,
  options: EngineOptions = {},
): Promise<Engine> {
  const { headDim, heads, kvHeads: keyHeads, vocabulary, context } = model.shape;
  const { sequences = 1, capacity = context, layout = 'contiguous', pageSize = 16 } = options;
  const { maxTokens = capacity, cacheDtype: dtype = 'f32' } = options;
  const { pairing = 'interleaved', theta = 10_000 } = options;
  const rows = new CacheRows({ layout, sequences, capacity, pageSize, dtype });
  const rope = await createRope(device, { headDim, pairing, theta }, { dtypes: ['f32', 'f16'] });
  await rope.prepare({ rerotate: true, dtypes: [dtype] });
  const qkv = createQkv(rope);
  const workshop = new Workshop(device);
  const network = await createNetwork(workshop, model, qkv, { ...rows.options, maxTokens });
  const { layers } = network;

  /** Takes rows of the cache for the tokens, and writes what the kernels read. @returns the last token of each entry */
  const place = (entries: readonly Entry[]): number[] => {
    const ids = entries.flatMap(({ tokens }) => tokens);
    if (ids.length === 0 || ids.length > maxTokens)
      throw new RangeError(`entries: expected 1 to ${maxTokens} tokens (maxTokens), got ${ids.length}`);
    const unknown = ids.find((id) => !(Number.isInteger(id) && id >= 0 && id < vocabulary));
    if (unknown !== undefined)
      throw new RangeError(`tokens: expected 0 to ${vocabulary - 1} (vocabulary), got ${unknown}`);
    if (new Set(entries.map(({ sequence }) => sequence)).size < entries.length)
      throw new RangeError('entries: expected one for each sequence, got two for one');
    for (const { sequence, tokens } of entries) {
      const room = rows.room(sequence);
      if (tokens.length === 0 || tokens.length > room)
        throw new RangeError(`tokens: expected 1 to ${room} (rows left), got ${tokens.length}`);
    }
    type Words = number[];
    const words = { ids, positions: [] as Words, slots: [] as Words, seen: [] as Words, last: [] as Words };
    for (const { sequence, tokens } of entries) {
      for (const _ of tokens) {
        const { position, row, keys } = rows.append(sequence);
        words.positions.push(position);
        words.slots.push(row);
        words.seen.push(sequence, keys);
      }
      words.last.push(words.slots.length - 1);
    }
    for (const [name, list] of Object.entries({ ...words, map: rows.map() }))
      device.queue.writeBuffer(network.inputs[name as keyof Inputs], 0, Uint32Array.from(list));
    return words.last;
  };
  const read = async (buffer: GPUBuffer, offset: number, length: number): Promise<Float32Array> =>
    Float32Array.from(await readTensor(device, buffer, 'f32', { offset, length }));

  return {
    rows,
    async forward(entries, { looks = false } = {}) {
      const lasts = place(entries);
      workshop.submit((pass) => network.encode(pass, lasts.at(-1)! + 1, entries.length));
      const size = heads * capacity;
      return Promise.all(
        entries.map(async ({ sequence }, n) => {
          const keys = rows.length(sequence);
          const [logits, ...weights] = await Promise.all([
            read(network.logits, n * vocabulary, vocabulary),
            ...(looks ? layers.map((layer) => read(layer.looks, lasts[n]! * size, size)) : []),
          ]);
          return { logits, looks: weights.map((each) => averaged(each, heads).slice(0, keys)) };
        }),
      );
    },
    shift(sequence, delta, { rerotate = true } = {}) {
      const runs = rows.runs(sequence);
      rows.shift(sequence, delta);
      if (!rerotate) return;
      workshop.submit((pass) => {
        for (const { kCache: buffer } of layers) {
          const tensor = { buffer, heads: keyHeads, capacity: sequences * capacity, dtype };
          for (const { row, tokens, position } of runs)
            rope.rerotate(pass, tensor, { tokens, first: row, from: { start: position }, to: { delta } });
        }
      });
    },
    destroy() {
      qkv.destroy();
      rope.destroy();
      workshop.destroy();
    },
  };
}

/** [heads, capacity] to [capacity]. */
function averaged(weights: Float32Array, heads: number): Float32Array {
  const mean = new Float32Array(weights.length / heads);
  for (const [i, weight] of weights.entries()) mean[i % mean.length]! += weight / heads;
  return mean;
}
