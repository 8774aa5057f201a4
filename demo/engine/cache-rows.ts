/** Which row of the cache has which key. The host takes rows, the kernels find them again by `map` (kernels.wgsl). */

/** How the keys of a sequence lie: one after the other, round and round, or in pages wherever one is free. */
export const cacheLayouts = ['contiguous', 'ring', 'paged'] as const;

export type CacheLayout = (typeof cacheLayouts)[number];

export interface CacheOptions {
  readonly layout: CacheLayout;
  readonly sequences: number;
  /** Rows of a sequence; of `paged` a multiple of `pageSize`. */
  readonly capacity: number;
  readonly pageSize: number;
  readonly dtype: 'f32' | 'f16';
}

/** Words of {@link CacheRows.map} for each sequence. */
export const mapStride = ({ capacity, pageSize }: CacheOptions): number => 1 + Math.ceil(capacity / pageSize);

interface Sequence {
  /** Place of the oldest key, counted from where the sequence began; in pages, from the first that it has. */
  first: number;
  /** Place after the newest. */
  end: number;
  /** A place plus this is a position. */
  offset: number;
  readonly pages: number[];
}

export class CacheRows {
  private readonly sequences: Sequence[];
  private readonly freePages: number[];

  constructor(readonly options: CacheOptions) {
    const { layout, sequences, capacity, pageSize } = options;
    if (layout === 'paged' && capacity % pageSize !== 0)
      throw new RangeError(`capacity: expected a multiple of ${pageSize} (pageSize), got ${capacity}`);
    const pages = Math.ceil(capacity / pageSize);
    this.sequences = Array.from({ length: sequences }, () => ({ first: 0, end: 0, offset: 0, pages: [] }));
    this.freePages = Array.from({ length: sequences * pages }, (_, page) => page);
  }

  /** Keys of a sequence. */
  length(sequence: number): number {
    const { first, end } = this.of(sequence);
    return end - first;
  }

  /** Position of the next token. */
  position(sequence: number): number {
    const { end, offset } = this.of(sequence);
    return end + offset;
  }

  /** Empties a sequence; its next token has this position. */
  reset(sequence: number, position = 0): void {
    this.freePages.push(...this.of(sequence).pages);
    this.sequences[sequence] = { first: 0, end: 0, offset: position, pages: [] };
  }

  /** Rows that are left. Those of dropped keys serve again: in a ring at once, in pages with all of a page, else never. */
  room(sequence: number): number {
    const { layout, capacity } = this.options;
    const { first, end } = this.of(sequence);
    return capacity - (layout === 'ring' ? end - first : end);
  }

  /** Takes a row for the next token, where there is room. `keys` are those that it sees. */
  append(sequence: number): { position: number; row: number; keys: number } {
    const { layout, pageSize } = this.options;
    const its = this.of(sequence);
    if (layout === 'paged' && its.end % pageSize === 0) its.pages.push(this.freePages.shift()!);
    const place = its.end++;
    const row = this.row(sequence, place);
    return { position: place + its.offset, row, keys: its.end - its.first };
  }

  /** Forgets the oldest keys. Positions go on as they were: nothing has to be rotated. */
  drop(sequence: number, count: number): void {
    const { layout, pageSize } = this.options;
    const its = this.of(sequence);
    if (!(Number.isInteger(count) && count >= 0 && count <= its.end - its.first))
      throw new RangeError(`count: expected 0 to ${its.end - its.first} (keys), got ${count}`);
    its.first += count;
    while (layout === 'paged' && its.first >= pageSize) {
      this.freePages.push(its.pages.shift()!);
      its.first -= pageSize;
      its.end -= pageSize;
      its.offset += pageSize;
    }
  }

  /** Moves the positions of a sequence. The keys do not turn by that: see `Engine.shift`. */
  shift(sequence: number, delta: number): void {
    this.of(sequence).offset += delta;
  }

  /** The keys of a sequence, oldest first, in runs of rows; `position` is that of a run's first. */
  runs(sequence: number): { row: number; tokens: number; position: number }[] {
    const { first, end, offset } = this.of(sequence);
    const runs: { row: number; tokens: number; position: number }[] = [];
    for (let place = first; place < end; place++) {
      const [row, last] = [this.row(sequence, place), runs.at(-1)];
      if (last && last.row + last.tokens === row) last.tokens++;
      else runs.push({ row, tokens: 1, position: place + offset });
    }
    return runs;
  }

  /** For each sequence the place of its oldest key, then its pages. */
  map(): Uint32Array {
    const stride = mapStride(this.options);
    const map = new Uint32Array(this.sequences.length * stride);
    for (const [n, { first, pages }] of this.sequences.entries()) map.set([first, ...pages], n * stride);
    return map;
  }

  private row(sequence: number, place: number): number {
    const { layout, capacity, pageSize } = this.options;
    if (layout === 'contiguous') return sequence * capacity + place;
    if (layout === 'ring') return sequence * capacity + (place % capacity);
    return this.of(sequence).pages[Math.floor(place / pageSize)]! * pageSize + (place % pageSize);
  }

  private of(sequence: number): Sequence {
    const its = this.sequences[sequence];
    if (!its) throw new RangeError(`sequence: expected 0 to ${this.sequences.length - 1}, got ${sequence}`);
    return its;
  }
}
