import type { RopeAxes } from '../config/types';
import { checkChoice, checkInteger, checkKeys, outOfRange, wrongType } from '../errors';
import { sharedBuffer } from './checks';
import type { DeviceKit } from './device-kit';
import {
  checkSpan,
  maxIds,
  type RopeGrid,
  type RopeIds,
  type RopePositions,
  type RopeRagged,
} from './positions';
import { readWords } from './read-words';
import { remembered } from './remembered';
import { checkBuffer } from './tensor';
import { alignDown, type WindowedView } from './windows';

const idKeys = ['type', 'buffer', 'format', 'perSequence', 'rowLength', 'offset'] as const;
const manyIds = { most: maxIds, unit: ' of ids' };
const idFormats = ['u32', 'i32', 'i64'] as const;
const raggedKeys = ['type', 'indptr', 'offsets', 'sequences'] as const;
const fields = ['buffer', 'format', 'rowLength', 'offset', 'indptr', 'offsets', 'sequences'] as const;

type FieldNames = Record<(typeof fields)[number], string>;

/** Positions in GPUBuffers: checks and writes them, makes their bind groups, counts the bad ones. */
export class BufferPositions {
  readonly layout: GPUBindGroupLayout;
  readonly axes: number;
  /** Bytes of a buffer that are bound, at most. */
  readonly #room: number;
  readonly #pairAxis: GPUBuffer;
  /** One word: bad positions so far. */
  readonly #counter: GPUBuffer;
  /** Stands where a call reads no ids. */
  readonly #none: GPUBuffer;
  readonly #groups = new WeakMap<GPUBuffer, WeakMap<GPUBuffer, WeakMap<GPUBuffer, GPUBindGroup>>>();
  readonly #names = new Map<string, FieldNames>();
  #last: { a: GPUBuffer; b: GPUBuffer; c: GPUBuffer; group: GPUBindGroup } | null = null;

  constructor(
    private readonly kit: DeviceKit,
    axes: RopeAxes | null,
    private readonly label: string,
  ) {
    const read = 'read-only-storage';
    this.layout = kit.layout('positions', [read, read, read, 'storage', 'uniform']);
    const { device } = kit;
    this.#room = alignDown(device.limits.maxStorageBufferBindingSize);
    const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
    this.#counter = device.createBuffer({
      label: `${label} bad positions`,
      size: 4,
      usage: STORAGE | COPY_SRC | COPY_DST,
    });
    this.#none = device.createBuffer({ label: `${label} no ids`, size: 4, usage: STORAGE });
    this.axes = axes?.count ?? 1;
    const pairAxis = packedAxes(axes);
    const { UNIFORM } = GPUBufferUsage;
    this.#pairAxis = device.createBuffer({
      label: `${label} axes`,
      size: pairAxis.byteLength,
      usage: UNIFORM | COPY_DST,
    });
    device.queue.writeBuffer(this.#pairAxis, 0, pairAxis);
  }

  /** Writes what {@link writeSource} left open at word `at`. */
  write(
    words: Uint32Array,
    at: number,
    name: string,
    positions: RopePositions,
    tokens: number,
    batch: number,
  ): void {
    if (positions.type === 'ids') this.#writeIds(words, at, name, positions, tokens, batch);
    else if (positions.type === 'ragged') this.#writeRagged(words, at, name, positions, batch);
    else this.#writeGrid(words, at, name, positions, tokens);
  }

  /** The bind group of the positions that rows go to and come from, remembered. */
  group(to: RopePositions | null, from: RopePositions | null): GPUBindGroup {
    const none = this.#none;
    const a = firstBufferOf(to) ?? none;
    const b = to?.type === 'ragged' ? to.offsets : none;
    const c = firstBufferOf(from) ?? none;
    const last = this.#last;
    // The layers of a step name the same buffers: nothing to look up, nothing to allocate.
    if (last !== null && last.a === a && last.b === b && last.c === c) return last.group;
    return this.#otherGroup(a, b, c);
  }

  // Apart from group(): its closures would be allocated on the fast path as well.
  #otherGroup(a: GPUBuffer, b: GPUBuffer, c: GPUBuffer): GPUBindGroup {
    const byA = remembered(this.#groups, a, () => new WeakMap());
    const group = remembered(
      remembered(byA, b, () => new WeakMap()),
      c,
      () =>
        this.kit.device.createBindGroup({
          label: `${this.label} positions`,
          layout: this.layout,
          entries: [a, b, c, this.#counter, this.#pairAxis].map((buffer, binding) => ({
            binding,
            resource: { buffer, size: Math.min(buffer.size, this.#room) },
          })),
        }),
    );
    this.#last = { a, b, c, group };
    return group;
  }

  /** Refuses positions in the buffer of a tensor, which is written. */
  checkReadOnly(
    name: string,
    positions: RopePositions,
    { name: tensor, buffer }: Pick<WindowedView, 'name' | 'buffer'>,
  ): void {
    if (
      firstBufferOf(positions) === buffer ||
      (positions.type === 'ragged' && positions.offsets === buffer)
    ) {
      throw sharedBuffer(name, `that of ${tensor}`);
    }
  }

  /** Reads the counter and sets it to 0. */
  async readBad(): Promise<number> {
    const words = readWords(this.kit.device, this.#counter, 0, 4);
    this.kit.device.queue.writeBuffer(this.#counter, 0, new Uint32Array(1));
    return new Uint32Array(await words)[0] as number;
  }

  destroy(): void {
    this.#counter.destroy();
    this.#pairAxis.destroy();
    this.#none.destroy();
  }

  #writeIds(words: Uint32Array, at: number, name: string, ids: RopeIds, tokens: number, batch: number): void {
    const names = this.#namesOf(name);
    checkKeys(name, ids, idKeys);
    const { buffer, perSequence = false } = ids;
    checkBuffer(names.buffer, buffer);
    const wide = checkChoice(names.format, ids.format ?? 'i32', idFormats) === 'i64' ? 2 : 1;
    if (typeof perSequence !== 'boolean')
      throw wrongType(`${name}.perSequence`, 'true or false', perSequence);
    const row = checkInteger(names.rowLength, ids.rowLength ?? tokens, tokens, manyIds);
    const offset = checkInteger(names.offset, ids.offset ?? 0, 0, manyIds);
    const rows = perSequence ? batch : 1;
    const needed = (offset + (this.axes * rows - 1) * row + tokens) * wide * 4;
    if (needed > buffer.size) {
      const shape = [...(this.axes > 1 ? [this.axes] : []), ...(perSequence ? [batch] : []), tokens].join(
        ', ',
      );
      throw new RangeError(
        `${name}.buffer: expected >= ${needed} bytes for [${shape}] of ${ids.format ?? 'i32'}, buffer has ${buffer.size}`,
      );
    }
    this.#checkRoom(names.buffer, needed);
    words[at + 5] = offset * wide;
    words[at + 6] = row * wide * rows;
    words[at + 7] = perSequence ? row * wide : 0;
    words[at + 8] = wide;
  }

  #writeRagged(words: Uint32Array, at: number, name: string, ragged: RopeRagged, batch: number): void {
    const names = this.#namesOf(name);
    checkKeys(name, ragged, raggedKeys);
    const sequences = checkInteger(names.sequences, ragged.sequences, 1, maxIds);
    if (batch !== 1) throw outOfRange('batch', '1, as ragged sequences are one row of tokens', batch);
    this.#checkWords(names.indptr, ragged.indptr, sequences + 1);
    this.#checkWords(names.offsets, ragged.offsets, sequences);
    words[at + 9] = sequences;
  }

  /** What messages call the fields of positions: made once, as texts put together at every encode would be garbage. */
  #namesOf(name: string): FieldNames {
    return this.#names.get(name) ?? this.#newNames(name);
  }

  #newNames(name: string): FieldNames {
    const names = Object.fromEntries(fields.map((field) => [field, `${name}.${field}`])) as FieldNames;
    this.#names.set(name, names);
    return names;
  }

  #writeGrid(words: Uint32Array, at: number, name: string, grid: RopeGrid, tokens: number): void {
    checkKeys(name, grid, ['type', 'height', 'width', 'start']);
    const { axes } = this;
    if (axes < 2 || axes > 3) {
      throw outOfRange(`${name}.type`, 'a kind for one axis, as the config has no 2 or 3 axes', 'grid');
    }
    const height = checkInteger(`${name}.height`, grid.height, 1, maxIds);
    const width = checkInteger(`${name}.width`, grid.width, 1, maxIds);
    const frames = Math.ceil(tokens / (width * height));
    if (axes === 2 && frames > 1) {
      throw outOfRange(`${name}.height`, `at least ${tokens} cells (tokens) with width ${width}`, height);
    }
    const capacity = words[at + 2] as number;
    words[at + 4] = checkSpan(
      `${name}.start`,
      grid.start ?? 0,
      Math.max(height, width, frames),
      capacity,
      'cells',
    );
    words[at + 9] = width;
    words[at + 10] = height;
  }

  /** Checks that a buffer can be read by a shader and holds so many words. */
  #checkWords(name: string, buffer: GPUBuffer, count: number): void {
    checkBuffer(name, buffer);
    if (buffer.size < count * 4) {
      throw new RangeError(
        `${name}: expected >= ${count * 4} bytes for ${count} words, buffer has ${buffer.size}`,
      );
    }
    this.#checkRoom(name, count * 4);
  }

  /** Of a buffer larger than a binding, as engines carve theirs from, the beginning is bound. */
  #checkRoom(name: string, end: number): void {
    if (end > this.#room) {
      const expected = `positions within the first ${this.#room} bytes (maxStorageBufferBindingSize)`;
      throw outOfRange(name, expected, end);
    }
  }
}

function firstBufferOf(positions: RopePositions | null): GPUBuffer | undefined {
  if (positions?.type === 'ids') return positions.buffer;
  return positions?.type === 'ragged' ? positions.indptr : undefined;
}

/** Two bits a pair, 16 pairs a word: what the shader's axis_of reads. */
function packedAxes(axes: RopeAxes | null): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(16);
  axes?.pairAxis.forEach((axis, pair) => {
    words[pair >> 4] = (words[pair >> 4] as number) | (axis << ((pair & 15) * 2));
  });
  return words;
}
