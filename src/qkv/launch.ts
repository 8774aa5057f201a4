import type { Dimensions } from '../kernel/box';
import type { PipelineDescription } from '../kernel/device';
import { writeDivisor } from '../kernel/divisor';
import type { CallBuffers, QkvCore } from './core';
import { descriptionOf } from './description';
import { KeptWords } from './kept-words';
import type { PartName, PartView } from './part';
import { type PartPlacement, writePart } from './part-words';
import { type QkvRole, rolesOf, setExtent } from './roles';
import { type Spread, spreadOf } from './spread';
import {
  type Bindings,
  bindingsOf,
  type CallReads,
  dealt,
  type Extent,
  liesWithin,
  storageBuffersOf,
} from './stretches';
import type { Way } from './variant';

/** One dispatch: the parts that it takes, what it binds. */
interface Launch {
  readonly parts: readonly PartView[];
  readonly bindings: Bindings;
  readonly extents: readonly Extent[];
  readonly tensors: GPUBindGroup;
  readonly description: PipelineDescription;
  readonly spread: Spread;
  readonly kept: KeptWords;
  readonly grid: Dimensions;
  pipeline: GPUComputePipeline | null;
}

/** Tokens of some sequences. */
interface Box {
  readonly at: Dimensions;
  readonly counts: Dimensions;
}

/** Plans of a kind of call that are remembered: more than one only where a tensor exceeds a binding. */
const mostPlans = 16;

/** Deals the parts of a layer to launches, and encodes them. */
export class Launcher {
  readonly #core: QkvCore;
  readonly #parts: readonly PartView[];
  readonly #rotates: boolean;
  readonly #way: Way;
  readonly #roles: readonly QkvRole[];
  readonly #extents: readonly Extent[];
  readonly #isOversize: boolean;
  /** By what a call reads: plans that were made. */
  readonly #plans: Launch[][][] = [];
  readonly #box: Box = { at: [0, 0, 0], counts: [1, 1, 1] };
  readonly #placement: PartPlacement;
  /** Counts placements of the parts: what launches keep of an older one is written anew. */
  #version = 0;
  #mostTokens = 0;

  constructor(core: QkvCore, parts: readonly PartView[], rotates: boolean) {
    this.#core = core;
    this.#parts = parts;
    this.#rotates = rotates;
    const overHeads = parts.filter(({ norm }) => norm?.isOverHeads);
    const heads = parts.reduce((sum, part) => sum + part.heads, 0);
    this.#way =
      parts.every(({ isChunked }) => isChunked) && (overHeads.length === 0 || heads <= 256)
        ? 'chunks'
        : 'words';
    this.#roles = rolesOf(core, parts);
    this.#extents = this.#roles.map(() => ({ begin: 0, end: 0 }));
    this.#isOversize = this.#roles.some(({ buffer }) => buffer.size > core.device.span);
    this.#placement = { way: this.#way, words: core.words, floats: core.floats, offset: 0 };
  }

  /** How the caller writes the tensor that writes a buffer, if one does. */
  writerOf(buffer: GPUBuffer): string | undefined {
    for (let i = 0; i < this.#roles.length; i++) {
      const role = this.#roles[i] as QkvRole;
      if (role.isWritten && role.buffer === buffer) return role.name;
    }
    return undefined;
  }

  /** Said after the parts were placed, other than for the encode before. */
  placed(): void {
    this.#version++;
  }

  /** Compiles what calls of this kind need, for parts that are placed. */
  async prepare(reads: CallReads): Promise<void> {
    this.#setExtents();
    const { device, prepared } = this.#core;
    await Promise.all(
      this.#launchesOf(reads).map(async (launch) => {
        const { description } = launch;
        launch.pipeline ??= await device.compileAhead(description);
        prepared.set(description.name, launch.pipeline);
      }),
    );
  }

  /** Encodes the call whose parts are placed and whose positions, rows and step are written. */
  encode(pass: GPUComputePassEncoder, tokens: number, batch: number, buffers: CallBuffers): void {
    const { at, counts } = this.#box;
    at[0] = 0;
    at[1] = 0;
    if (this.#isOversize) {
      // What fails must fail before anything is encoded.
      counts[0] = 1;
      counts[1] = 1;
      this.#setExtents();
      this.#launchesOf(readsOf(buffers));
    }
    counts[0] = batch;
    counts[1] = tokens;
    this.#mostTokens = tokens;
    this.#encodeBox(pass, buffers);
  }

  #encodeBox(pass: GPUComputePassEncoder, buffers: CallBuffers): void {
    if (this.#isOversize) {
      this.#setExtents();
      if (!this.#sourcesFit()) {
        this.#split(pass, buffers);
        return;
      }
    }
    const launches = this.#launchesFor(buffers);
    // What is refused is refused before anything is encoded.
    for (let i = 0; i < launches.length; i++) this.#pipelineOf(launches[i] as Launch);
    for (let i = 0; i < launches.length; i++) this.#launch(pass, launches[i] as Launch, buffers, i === 0);
  }

  /** Halves the box: sequences, then tokens. */
  #split(pass: GPUComputePassEncoder, buffers: CallBuffers): void {
    const { at, counts } = this.#box;
    const dimension = counts[0] > 1 ? 0 : 1;
    const all = counts[dimension];
    const half = Math.ceil(all / 2);
    counts[dimension] = half;
    this.#encodeBox(pass, buffers);
    at[dimension] += half;
    counts[dimension] = all - half;
    this.#encodeBox(pass, buffers);
    at[dimension] -= half;
    counts[dimension] = all;
  }

  /** Whether the tokens at hand fit bindings; those of tensors that lie between each other, as in packed QKV, fit one. */
  #sourcesFit(): boolean {
    const { counts } = this.#box;
    if (counts[0] * counts[1] === 1) return true;
    for (let i = 0; i < this.#roles.length; i++) if (!this.#fits(i)) return false;
    return true;
  }

  #fits(index: number): boolean {
    const { span } = this.#core.device;
    const { kind, buffer } = this.#roles[index] as QkvRole;
    if (kind !== 'source' || buffer.size <= span) return true;
    let { begin, end } = this.#extents[index] as Extent;
    for (let i = 0; i < this.#roles.length; i++) {
      const role = this.#roles[i] as QkvRole;
      const other = this.#extents[i] as Extent;
      if (role.buffer !== buffer || role.kind !== 'source' || other.end <= begin || end <= other.begin)
        continue;
      begin = Math.min(begin, other.begin);
      end = Math.max(end, other.end);
    }
    // A binding begins up to 252 bytes before the tokens.
    return end - begin + 256 <= span;
  }

  #setExtents(): void {
    for (let i = 0; i < this.#roles.length; i++) {
      setExtent(this.#roles[i] as QkvRole, this.#box, this.#extents[i] as Extent);
    }
  }

  #launchesFor(buffers: CallBuffers): readonly Launch[] {
    const plans = this.#plans[indexOf(buffers)];
    if (plans) {
      for (let i = 0; i < plans.length; i++)
        if (this.#serves(plans[i] as Launch[])) return plans[i] as Launch[];
    }
    this.#setExtents();
    return this.#launchesOf(readsOf(buffers));
  }

  #serves(launches: readonly Launch[]): boolean {
    if (!this.#isOversize) return true;
    for (const { bindings, extents } of launches) {
      for (let i = 0; i < extents.length; i++) {
        const now = this.#extents[this.#roles.indexOf(bindings.roles[i] as QkvRole)] as Extent;
        (extents[i] as Extent).begin = now.begin;
        (extents[i] as Extent).end = now.end;
      }
      if (!liesWithin(bindings, extents)) return false;
    }
    return true;
  }

  /** The launches of a kind of call, for the extents at hand. */
  #launchesOf(reads: CallReads): Launch[] {
    const index = indexOf(reads);
    let plans = this.#plans[index];
    if (!plans || plans.length >= mostPlans) plans = this.#plans[index] = [];
    const known = plans.find((plan) => this.#serves(plan));
    if (known) return known;
    const { device } = this.#core;
    const limit = device.device.limits.maxStorageBuffersPerShaderStage;
    const bindingsFor = (names: readonly PartName[]) => {
      const roles = this.#roles.filter(({ part }) => names.includes(part));
      const extents = roles.map((role) => ({ ...(this.#extents[this.#roles.indexOf(role)] as Extent) }));
      return { extents, bindings: bindingsOf(roles, extents, device.span) };
    };
    const fits = (names: readonly PartName[]): boolean =>
      storageBuffersOf(bindingsFor(names).bindings, reads) <= limit;
    const launches = dealt(
      this.#parts.map(({ name }) => name),
      fits,
    ).map((names) => this.#newLaunch(names, bindingsFor(names), reads));
    plans.push(launches);
    return launches;
  }

  #newLaunch(
    names: readonly PartName[],
    { extents, bindings }: Pick<Launch, 'extents' | 'bindings'>,
    reads: CallReads,
  ): Launch {
    const { device } = this.#core;
    const parts = this.#parts.filter(({ name }) => names.includes(name));
    const { tuning } = this.#core.rope.setup;
    const spread = spreadOf(parts, this.#way, tuning);
    const tensors = device.device.createBindGroup({
      label: `${this.#core.label} tensors`,
      layout: this.#core.tensorLayout(bindings),
      entries: bindings.stretches.map(({ buffer, offset, size }, binding) => ({
        binding,
        resource: { buffer, offset, size },
      })),
    });
    const description = descriptionOf(this.#core, parts, spread, {
      way: this.#way,
      bindings,
      reads,
      rotates: this.#rotates,
    });
    const { words, at } = this.#core;
    const kept = new KeptWords(words, [
      [at.q.origin.base, at.to.table.low_bits],
      [at.tokens.by, words.length],
    ]);
    return { parts, extents, bindings, tensors, description, spread, kept, grid: [1, 1, 1], pipeline: null };
  }

  #launch(pass: GPUComputePassEncoder, launch: Launch, buffers: CallBuffers, counts: boolean): void {
    const { slots, rope } = this.#core;
    const { kept, grid } = launch;
    if (!this.#isOversize && kept.isOf(this.#version)) kept.restore();
    else {
      this.#writeFixed(launch, counts);
      kept.keep(this.#version);
    }
    slots.acquire();
    const { binding } = rope.state;
    pass.setPipeline(this.#pipelineOf(launch));
    pass.setBindGroup(
      0,
      slots.group(binding, binding),
      slots.offsets[slots.slot] as Uint32Array<ArrayBuffer>,
      0,
      1,
    );
    pass.setBindGroup(1, launch.tensors);
    pass.setBindGroup(2, this.#core.readGroup(buffers));
    pass.dispatchWorkgroups(grid[0], grid[1], grid[2]);
  }

  /** What follows from the box and from where the parts are placed. */
  #writeFixed(launch: Launch, counts: boolean): void {
    const { words, at, device } = this.#core;
    const { spread, grid } = launch;
    const { at: first, counts: size } = this.#box;
    this.#writeParts(launch);
    const rows = size[0] * size[1];
    const headsOfGroup = spread.headsOfGroup(rows);
    const groups = Math.ceil(spread.heads / headsOfGroup);
    const isChunked = this.#way === 'chunks';
    const workgroups = isChunked ? rows : Math.ceil((rows * groups) / spread.lanes);
    const height = Math.min(workgroups, device.maxWorkgroups);
    writeDivisor(words, at.tokens, size[1]);
    words[at.launch_rows] = rows;
    words[at.most_tokens] = this.#mostTokens;
    words[at.height] = height;
    words[at.heads_of_group] = headsOfGroup;
    words[at.rotated_units] = spread.rotatedUnits;
    words[at.lanes_of_head] = spread.lanesOfHead;
    words[at.lanes_near] = spread.lanesNear;
    words[at.first_token] = first[1];
    words[at.first_sequence] = first[0];
    words[at.counts] = counts ? 1 : 0;
    grid[0] = isChunked ? groups : 1;
    grid[1] = height;
    grid[2] = Math.ceil(workgroups / height);
  }

  #writeParts({ parts, bindings }: Launch): void {
    const { words, at } = this.#core;
    words.fill(0, at.q.origin.base, at.to.table.low_bits);
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i] as PartView;
      writePart(at[part.name], part, bindings, this.#placement);
    }
  }

  /** @throws {TypeError} it was not prepared, and the rope does not compile at encode */
  #pipelineOf(launch: Launch): GPUComputePipeline {
    if (launch.pipeline) return launch.pipeline;
    const { prepared, rope, device } = this.#core;
    const { description } = launch;
    const known = prepared.get(description.name);
    if (!known && !rope.setup.compilesAtEncode) {
      throw new TypeError(
        'qkv: expected a call that was prepared, got another: await layer.prepare({ … }) first',
      );
    }
    launch.pipeline = known ?? device.compileNow(description);
    return launch.pipeline;
  }
}

const readsOf = ({ ids, offsets, rows, step }: CallBuffers): CallReads => ({
  ids: ids !== null,
  offsets: offsets !== null,
  rows: rows !== null,
  step: step !== null,
});

/** A number for what a call reads. */
function indexOf({ ids, offsets, rows, step }: CallBuffers | CallReads): number {
  return (ids ? 1 : 0) + (offsets ? 2 : 0) + (rows ? 4 : 0) + (step ? 8 : 0);
}
