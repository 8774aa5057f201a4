/** Words of the parameters from one on to before another. */
export type WordRange = readonly [begin: number, end: number];

/**
 * The words of a launch that follow from where its tensors are placed: written once, then copied back for every encode of as many
 * tokens. What is left to write are positions, rows and step.
 */
export class KeptWords {
  readonly #words: Uint32Array;
  readonly #ranges: readonly { readonly begin: number; readonly kept: Uint32Array }[];
  #version = 0;

  /** @param words Those of all parameters, which others write to as well. */
  constructor(words: Uint32Array, ranges: readonly WordRange[]) {
    this.#words = words;
    this.#ranges = ranges.map(([begin, end]) => ({ begin, kept: new Uint32Array(end - begin) }));
  }

  /** Whether what is kept is of this version of the placement. */
  isOf(version: number): boolean {
    return this.#version === version;
  }

  /** Takes over what was written. */
  keep(version: number): void {
    this.#version = version;
    for (let i = 0; i < this.#ranges.length; i++) {
      const { begin, kept } = this.#ranges[i] as { begin: number; kept: Uint32Array };
      for (let j = 0; j < kept.length; j++) kept[j] = this.#words[begin + j] as number;
    }
  }

  /** Writes it again. */
  restore(): void {
    for (let i = 0; i < this.#ranges.length; i++) {
      const { begin, kept } = this.#ranges[i] as { begin: number; kept: Uint32Array };
      this.#words.set(kept, begin);
    }
  }
}
