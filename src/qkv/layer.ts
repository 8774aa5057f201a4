import { checkChoice, checkInteger, checkKeys, outOfRange, wrongType } from '../errors';
import { checkBuffer, sharedBuffer } from '../kernel/buffers';
import { checkPass } from '../kernel/checks';
import { idsOf } from '../kernel/position-buffers';
import { maxIds } from '../kernel/source-writer';
import { areDisjoint, type TensorView } from '../rope/tensor';
import type { CallBuffers, QkvCore } from './core';
import { Launcher } from './launch';
import type { QkvEncodeOptions, QkvPreparation, QkvStep } from './options';
import type { PartView } from './part';
import { rowKinds } from './rows';
import type { CallReads } from './stretches';

const encodeKeys = ['tokens', 'batch', 'start', 'positions', 'rows', 'step'];
const maxCount = 2 ** 31 - 1;

/** Two tensors of one buffer, of which one is written. */
type Neighbours = readonly [name: string, of: TensorView, otherName: string, other: TensorView];

/** Q, K and V as they lie in the engine's buffers. Made by `qkv.bind`. */
export class QkvLayer {
  readonly #core: QkvCore;
  readonly #parts: readonly PartView[];
  readonly #rotates: boolean;
  readonly #launcher: Launcher;
  readonly #neighbours: readonly Neighbours[];
  /** The part whose rows are named: of K and V, which agree. */
  readonly #rowed: PartView | undefined;
  readonly #isShared: boolean;
  /** Tokens of each sequence, and sequences, of the encode before; no tokens where nothing is placed. */
  #placedTokens = 0;
  #placedBatch = 0;
  readonly #buffers: CallBuffers = { ids: null, offsets: null, rows: null, step: null };

  /** @internal */
  constructor(core: QkvCore, parts: readonly PartView[], rotates: boolean) {
    this.#core = core;
    this.#parts = parts;
    this.#rotates = rotates;
    this.#rowed = parts.find(({ capacity }) => capacity !== undefined);
    this.#isShared = parts.some(({ isShared }) => isShared);
    checkAgreement(parts, this.#rowed);
    this.#launcher = new Launcher(core, parts, rotates);
    this.#neighbours = neighboursOf(parts);
  }

  /**
   * Compiles ahead what encodes of this kind need; layers of equal shapes share it. Without it, the first such encode compiles on the
   * spot, which can stall the page.
   *
   * @throws {TypeError | RangeError} an unknown kind
   * @example await layer.prepare({ positions: 'ids', rows: 'slots' });
   */
  async prepare(preparation: QkvPreparation = {}): Promise<void> {
    this.#core.checkAlive();
    checkKeys('preparation', preparation, ['positions', 'rows', 'step']);
    const kinds = ['start', 'ids', 'ragged', 'grid'] as const;
    const positions = checkChoice('positions', preparation.positions ?? 'start', kinds);
    const rows = checkChoice('rows', preparation.rows ?? 'first', rowKinds);
    const { step = false } = preparation;
    if (typeof step !== 'boolean') throw wrongType('step', 'true or false', step);
    const reads: CallReads = {
      ids: positions === 'ids' || positions === 'ragged',
      offsets: positions === 'ragged',
      rows: rows === 'slots' || rows === 'pages',
      step,
    };
    this.#placedTokens = 0;
    for (const part of this.#parts) part.place(1, 1);
    await this.#launcher.prepare(reads);
    this.#core.checkAlive();
  }

  /**
   * Appends norms, rotation and cache writes of these tokens to a compute pass: one launch wherever the buffers it binds fit
   * (docs/engine.md). Overwrites the pass's pipeline and its bind groups 0 to 2; submits nothing; creates nothing in steady state.
   * What it encodes onto a stand-in pass may be replayed with new ids, slots and steps until the qkv or the rope is destroyed or
   * the rope's state released.
   *
   * A token whose position the table does not have, or is padding, is left alone: nothing of it is written. One whose row is not there
   * is normed and rotated in Q, and writes no K and no V. `qkv.readBad` counts both.
   *
   * @param pass The engine's own pass on the rope's device.
   * @throws {TypeError} a wrong kind of argument; no `rows` where there is a cache; an id, slot or step in a buffer that is written
   * @throws {RangeError} a position past the capacity, rows past the end of a cache, tensors that overlap. Nothing was encoded then.
   * @example layer.encode(pass, { tokens: 4, positions: { type: 'ids', buffer: positions }, rows: { type: 'slots', buffer: slots } });
   */
  encode(pass: GPUComputePassEncoder, options: QkvEncodeOptions): void {
    const core = this.#core;
    core.checkAlive();
    checkPass(pass);
    checkKeys('options', options, encodeKeys);
    const tokens = checkInteger('tokens', options.tokens, 1, maxCount);
    const batch = checkInteger('batch', options.batch ?? 1, 1, maxCount);
    checkInteger('tokens * batch', tokens * batch, 1, maxCount);
    this.#place(tokens, batch);
    this.#writePositions(options, tokens, batch);
    this.#writeRows(options, tokens, batch);
    this.#writeStep(options.step, batch);
    this.#launcher.encode(pass, tokens, batch, this.#buffers);
  }

  /** Where the rows lie follows from how many there are: steps of equal size place them once. */
  #place(tokens: number, batch: number): void {
    if (this.#placedTokens === tokens && this.#placedBatch === batch) return;
    this.#placedTokens = 0;
    for (let i = 0; i < this.#parts.length; i++) (this.#parts[i] as PartView).place(tokens, batch);
    this.#checkApart();
    this.#launcher.placed();
    this.#placedTokens = tokens;
    this.#placedBatch = batch;
  }

  #writePositions({ start, positions, step }: QkvEncodeOptions, tokens: number, batch: number): void {
    const core = this.#core;
    const buffers = this.#buffers;
    const { table } = core.rope.state;
    core.start.expect(table, tokens, batch);
    const isOnGpu = step !== undefined && positions === undefined;
    if (isOnGpu && start !== undefined) throw wrongType('start', 'none beside step', start);
    // Where nothing rotates, positions say no more than who is padding.
    const isNone = start === undefined && positions === undefined && !this.#rotates;
    if (!this.#rotates) core.words[core.at.to.table.capacity] = 2 ** 31;
    const given = isNone || isOnGpu ? core.start.write(0, undefined) : core.start.write(start, positions);
    if (given?.type === 'ragged' && step !== undefined) {
      throw wrongType('step', 'none beside ragged positions, which say their tokens themselves', step);
    }
    buffers.ids = idsOf(given) ?? null;
    buffers.offsets = given?.type === 'ragged' ? given.offsets : null;
    this.#checkReadOnly(given?.type === 'ragged' ? 'positions.indptr' : 'positions.buffer', buffers.ids);
    this.#checkReadOnly('positions.offsets', buffers.offsets);
  }

  #writeRows({ rows, step }: QkvEncodeOptions, tokens: number, batch: number): void {
    const { rows: writer } = this.#core;
    const rowed = this.#rowed;
    if (!rowed) {
      if (rows !== undefined)
        throw wrongType('rows', 'none, as there is no cache and no capacity of k', rows);
      writer.writeNone();
      this.#buffers.rows = null;
      return;
    }
    if (rows === undefined) throw wrongType('rows', 'where in the cache the tokens go', rows);
    const { call } = writer;
    call.tokens = tokens;
    call.batch = batch;
    call.capacity = rowed.capacity as number;
    call.isShared = this.#isShared;
    call.hasStep = step !== undefined;
    this.#buffers.rows = writer.write(rows);
    this.#checkReadOnly(rows.type === 'pages' ? 'rows.table' : 'rows.buffer', this.#buffers.rows);
  }

  #writeStep(step: QkvStep | undefined, batch: number): void {
    const { words, at, device } = this.#core;
    words.fill(0, at.step.is_on_gpu, at.step.stride + 1);
    this.#buffers.step = null;
    if (step === undefined) return;
    checkKeys('step', step, ['buffer', 'offset', 'perSequence']);
    const { buffer, perSequence = false } = step;
    checkBuffer('step.buffer', buffer);
    if (typeof perSequence !== 'boolean') throw wrongType('step.perSequence', 'true or false', perSequence);
    const offset = checkInteger('step.offset', step.offset ?? 0, 0, maxIds);
    const needed = (offset + (perSequence ? batch : 1) * 3) * 4;
    if (needed > buffer.size)
      throw new RangeError(`step.buffer: expected >= ${needed} bytes, buffer has ${buffer.size}`);
    if (needed > device.span) throw outOfRange('step.offset', `words within ${device.span} bytes`, offset);
    this.#checkReadOnly('step.buffer', buffer);
    words[at.step.is_on_gpu] = 1;
    words[at.step.offset] = offset;
    words[at.step.stride] = perSequence ? 3 : 0;
    this.#buffers.step = buffer;
  }

  /** Refuses what is read in a buffer that is bound to be written: WebGPU allows no dispatch both. */
  #checkReadOnly(name: string, buffer: GPUBuffer | null): void {
    if (buffer === null) return;
    const writer = this.#launcher.writerOf(buffer);
    if (writer !== undefined) throw sharedBuffer(name, `that of ${writer}`);
  }

  #checkApart(): void {
    for (let i = 0; i < this.#neighbours.length; i++) {
      const [name, view, otherName, other] = this.#neighbours[i] as Neighbours;
      if (!isApart(view, other)) {
        throw new RangeError(
          `${name}: expected bytes apart from those of ${otherName} in the same buffer, got ${otherName} at ` +
            `${other.begin * other.bytes}..${other.endByte - 1} and ${name} at ${view.begin * view.bytes}..${view.endByte - 1}`,
        );
      }
    }
  }
}

/** Whether two tensors of a buffer keep off each other's bytes; woven ones are told apart where an element has the same size. */
function isApart(a: TensorView, b: TensorView): boolean {
  if (a.bytes === b.bytes) return areDisjoint(a, b);
  return a.endByte <= b.begin * b.bytes || b.endByte <= a.begin * a.bytes;
}

/** Refuses K and V that want different rows. */
function checkAgreement(parts: readonly PartView[], rowed: PartView | undefined): void {
  for (const part of parts) {
    // K in place without a capacity has a row a token.
    if (part.capacity === undefined || !rowed) continue;
    if (part.capacity !== rowed.capacity) {
      const of = `${part.name}${part.cache ? '.cache' : ''}.capacity`;
      throw outOfRange(of, `${rowed.capacity}, as that of ${rowed.name}`, part.capacity);
    }
  }
  const dtypes = new Set(parts.flatMap(({ norm }) => (norm?.weight ? [norm.dtype] : [])));
  if (dtypes.size > 1) {
    const [part] = parts.filter(({ norm }) => norm?.weight).slice(-1) as [PartView];
    throw outOfRange(
      `${part.name}.norm.weightDtype`,
      'the same for all weights of a binding (numbers are f32)',
      part.norm?.dtype,
    );
  }
}

function neighboursOf(parts: readonly PartView[]): Neighbours[] {
  const tensors = parts.flatMap((part) => [
    { name: part.name as string, view: part.source, isWritten: part.cache === null },
    ...(part.cache ? [{ name: part.cache.name, view: part.cache, isWritten: true }] : []),
  ]);
  return tensors.flatMap((one, i) =>
    tensors
      .slice(0, i)
      .filter(({ view, isWritten }) => view.buffer === one.view.buffer && (isWritten || one.isWritten))
      .map((other): Neighbours => [one.name, one.view, other.name, other.view]),
  );
}
