import wgsl from '../../shaders/qkv.wgsl?linked';
import nativeWgsl from '../../shaders/qkv.wgsl?linked&native_f16';
import { upload } from '../kernel/buffers';
import type { BufferType, KernelDevice } from '../kernel/device';
import { packedAxes } from '../kernel/position-buffers';
import { readWords } from '../kernel/read-words';
import { remembered } from '../kernel/remembered';
import { ParameterSlots } from '../kernel/slots';
import { SourceWriter } from '../kernel/source-writer';
import { bufferUsage } from '../kernel/usage';
import type { RopeCore } from '../rope/core';
import type { QkvBadEntries } from './options';
import { type QkvWords, qkvLayout } from './params';
import { RowsWriter } from './rows';
import type { Bindings, CallReads } from './stretches';
import { type Variant, variantKey, variantOf } from './variant';

/** Buffers that a call reads beside its tensors; null for those it does not. One record, reused. */
export interface CallBuffers {
  ids: GPUBuffer | null;
  offsets: GPUBuffer | null;
  rows: GPUBuffer | null;
  step: GPUBuffer | null;
}

/** Weights that were numbers, and the byte at which each array begins. */
export interface UploadedWeights {
  readonly buffer: GPUBuffer;
  readonly begins: ReadonlyMap<Float32Array, number>;
}

const read = 'read-only-storage';

/** What the layers of a {@link Qkv} share: parameters, counters, the texts of the module, group 2. */
export class QkvCore {
  readonly rope: RopeCore;
  readonly device: KernelDevice;
  readonly label: string;
  readonly slots: ParameterSlots;
  readonly words: Uint32Array<ArrayBuffer>;
  readonly floats: Float32Array<ArrayBuffer>;
  readonly at: QkvWords = qkvLayout.at;
  readonly start: SourceWriter;
  readonly rows: RowsWriter;
  readonly #counters: GPUBuffer;
  readonly #pairAxis: GPUBuffer;
  readonly #owned: GPUBuffer[] = [];
  readonly #numbers = new WeakMap<object, number>();
  #count = 0;
  readonly #weights = new Map<string, UploadedWeights>();
  /** By the name of the description: what a layer has prepared serves all. */
  readonly prepared = new Map<string, GPUComputePipeline>();
  readonly #texts = new Map<string, string>();
  readonly #groups = new WeakMap<
    GPUBuffer,
    WeakMap<GPUBuffer, WeakMap<GPUBuffer, WeakMap<GPUBuffer, GPUBindGroup>>>
  >();
  readonly #last: CallBuffers & { group: GPUBindGroup | null };
  #destroyed = false;

  constructor(rope: RopeCore) {
    const { device } = rope.kernel;
    const { config, label } = rope.setup;
    this.rope = rope;
    this.device = device;
    this.label = `${label} qkv`;
    this.slots = new ParameterSlots(device, this.label, qkvLayout.words, 1);
    this.words = this.slots.words;
    this.floats = this.slots.floats;
    const place = { words: this.words, axes: config.axes?.count ?? 1, span: device.span };
    const names = { start: 'start', positions: 'positions', tokens: 'tokens' };
    this.start = new SourceWriter({ ...place, at: this.at.to }, names);
    this.rows = new RowsWriter(this.words, this.at.rows, device.span);
    const { STORAGE, COPY_SRC, COPY_DST, UNIFORM } = bufferUsage;
    const counters = { label: `${this.label} counters`, size: 16, usage: STORAGE | COPY_SRC | COPY_DST };
    this.#counters = this.own(device.device.createBuffer(counters));
    const axes = packedAxes(config.axes);
    const pairAxis = { label: `${this.label} axes`, size: axes.byteLength, usage: UNIFORM | COPY_DST };
    this.#pairAxis = this.own(device.device.createBuffer(pairAxis));
    device.device.queue.writeBuffer(this.#pairAxis, 0, axes);
    this.#last = { ids: null, offsets: null, rows: null, step: null, group: null };
  }

  /** Takes a buffer as its own, which ends with it. */
  own(buffer: GPUBuffer): GPUBuffer {
    this.#owned.push(buffer);
    return buffer;
  }

  /** A number for each buffer or array that was bound. */
  numberOf(object: object | null | undefined): number {
    return object ? remembered(this.#numbers, object, () => ++this.#count) : 0;
  }

  /** A buffer of the core's own with these weights, made once for the same arrays. */
  weightsOf(arrays: readonly Float32Array[]): UploadedWeights {
    const key = arrays.map((array) => this.numberOf(array)).join();
    return remembered(this.#weights, key, () => {
      const begins = new Map<Float32Array, number>();
      let end = 0;
      for (const array of arrays) {
        begins.set(array, end * 4);
        end += Math.ceil(array.length / 4) * 4;
      }
      const all = new Float32Array(end);
      for (const [array, begin] of begins) all.set(array, begin / 4);
      return { buffer: this.own(upload(this.device.device, all, `${this.label} weights`)), begins };
    });
  }

  /** The module for a call. */
  codeFor(variant: Variant, isNative: boolean): string {
    return remembered(this.#texts, `${isNative} ${variantKey(variant)}`, () =>
      variantOf(isNative ? nativeWgsl : wgsl, variant),
    );
  }

  /** Layouts of the groups that a pipeline binds. */
  layouts({ stretches }: Bindings, reads: CallReads): GPUBindGroupLayout[] {
    return [this.slots.layout, this.tensorLayout({ stretches }), this.#readLayout(reads)];
  }

  tensorLayout({ stretches }: Pick<Bindings, 'stretches'>): GPUBindGroupLayout {
    return this.device.layout(
      'qkv tensors',
      stretches.map(({ isWritten }) => (isWritten ? 'storage' : read)),
    );
  }

  #readLayout({ ids, offsets, rows, step }: CallReads): GPUBindGroupLayout {
    const of = (isBound: boolean): BufferType => (isBound ? read : null);
    return this.device.layout('qkv reads', [of(ids), of(offsets), of(rows), 'storage', 'uniform', of(step)]);
  }

  /** Group 2, remembered by its buffers. */
  readGroup(buffers: CallBuffers): GPUBindGroup {
    const last = this.#last;
    const { ids, offsets, rows, step } = buffers;
    // The layers of a step name the same buffers: nothing to look up, nothing to allocate.
    if (
      last.group &&
      last.ids === ids &&
      last.offsets === offsets &&
      last.rows === rows &&
      last.step === step
    )
      return last.group;
    last.ids = ids;
    last.offsets = offsets;
    last.rows = rows;
    last.step = step;
    last.group = this.#lookUp(buffers);
    return last.group;
  }

  #lookUp({ ids, offsets, rows, step }: CallBuffers): GPUBindGroup {
    const none = this.#counters;
    const byIds = remembered(this.#groups, ids ?? none, () => new WeakMap());
    const byOffsets = remembered(byIds, offsets ?? none, () => new WeakMap());
    const byRows = remembered(byOffsets, rows ?? none, () => new WeakMap());
    return remembered(byRows, step ?? none, () =>
      this.#newGroup([ids, offsets, rows, this.#counters, this.#pairAxis, step]),
    );
  }

  #newGroup(buffers: readonly (GPUBuffer | null)[]): GPUBindGroup {
    const [ids, offsets, rows, , , step] = buffers.map((buffer) => buffer !== null) as [
      ids: boolean,
      offsets: boolean,
      rows: boolean,
      counters: boolean,
      pairAxis: boolean,
      step: boolean,
    ];
    return this.device.device.createBindGroup({
      label: `${this.label} reads`,
      layout: this.#readLayout({ ids, offsets, rows, step }),
      entries: buffers.flatMap((buffer, binding) =>
        buffer === null
          ? []
          : [
              {
                binding,
                resource: { buffer, size: Math.min(buffer.size - (buffer.size % 4), this.device.span) },
              },
            ],
      ),
    });
  }

  /** Reads the counters and sets them to 0. */
  async readBad(): Promise<QkvBadEntries> {
    const { device } = this.device;
    const words = readWords(device, this.#counters, 0, 12);
    device.queue.writeBuffer(this.#counters, 0, new Uint32Array(3));
    const [positions, rows, tokens] = new Uint32Array(await words) as unknown as [number, number, number];
    return { positions, rows, tokens };
  }

  /** @throws {TypeError} it or its rope was destroyed, or the device lost */
  checkAlive(): void {
    if (this.#destroyed) throw new TypeError('qkv: expected a live qkv, got one that was destroyed');
    this.rope.kernel.checkAlive();
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    for (const buffer of this.#owned) buffer.destroy();
    this.slots.destroy();
  }
}
