/** What registers hold while a walk follows one invocation. */
import type { Operand, RegisterOperand } from './assembly';
import { exec } from './assembly';

/** The word at an offset behind a set of bindings: a part of a buffer's descriptor. `set` is the scalar register that the set's address came in. */
export interface DescriptorWord {
  readonly set: number;
  readonly offset: number;
}

/** 32 bits; or a scalar register as the program found it; or a word of a descriptor; or what the walk does not know. */
export type Word = number | { readonly entry: number } | DescriptorWord | undefined;

/** One more than the size of any buffer: no index of a walk reaches it. */
const bufferBytes = 2 ** 30;

/** A word as a number. Of what a program starts with, all but addresses is 0: workgroup 0. */
export function known(word: Word): number | undefined {
  if (typeof word === 'number' || word === undefined) return word;
  if ('entry' in word) return 0;
  return word.offset % 16 === 8 ? bufferBytes : undefined;
}

/** All ones, or zeros: masks have the same bit for each lane, as all lanes of the walk are alike. */
const full = 0xffffffff;

export class Registers {
  readonly #scalars: Word[] = Array.from({ length: 128 }, (_, entry) => ({ entry }));
  readonly #vectors: Word[] = new Array<Word>(512).fill(0);
  /** The bit that scalar comparisons set. */
  condition: boolean | undefined = false;

  constructor() {
    this.#scalars[exec] = full;
    this.#scalars[exec + 1] = full;
  }

  /** Whether the lanes are at work. The walk never lets go of knowing that. */
  get isActive(): boolean {
    return this.#scalars[exec] !== 0;
  }

  /** The word of an operand, or the one `at` words behind it. */
  word(operand: Operand | undefined, at = 0): Word {
    switch (operand?.kind) {
      case 'literal':
        return at === 0 ? operand.bits : operand.bits > 0x7fffffff ? full : 0;
      case 'condition':
        return this.condition === undefined ? undefined : at === 0 ? Number(this.condition) : 0;
      case 'register': {
        if (operand.isModified) return undefined;
        return (operand.file === 's' ? this.#scalars : this.#vectors)[operand.first + at];
      }
      case 'null':
        return 0;
      default:
        return undefined;
    }
  }

  number(operand: Operand | undefined, at = 0): number | undefined {
    return known(this.word(operand, at));
  }

  /** 64 bits. */
  wide(operand: Operand | undefined): bigint | undefined {
    const low = this.number(operand);
    const high = this.number(operand, 1);
    return low === undefined || high === undefined ? undefined : (BigInt(high) << 32n) | BigInt(low);
  }

  /** Writes a word of a scalar or, where lanes are at work, of a vector register. */
  set(operand: Operand | undefined, word: Word, at = 0): void {
    if (operand?.kind !== 'register') return;
    if (operand.file === 's') this.#scalars[operand.first + at] = word;
    else if (this.isActive) this.#vectors[operand.first + at] = word;
  }

  setWide(operand: Operand | undefined, value: bigint | undefined): void {
    this.set(operand, value === undefined ? undefined : Number(value & 0xffffffffn), 0);
    this.set(operand, value === undefined ? undefined : Number((value >> 32n) & 0xffffffffn), 1);
  }

  /** A mask with the same bit for every lane that is at work. */
  setMask(operand: Operand | undefined, isSet: boolean | undefined): void {
    const bits = isSet === undefined ? undefined : isSet ? full : 0;
    this.set(operand, this.isActive ? bits : 0, 0);
    this.set(operand, this.isActive ? bits : 0, 1);
  }

  /** What an instruction without a meaning here leaves behind. */
  forget(operand: RegisterOperand): void {
    for (let at = 0; at < operand.count; at++) this.set(operand, undefined, at);
  }
}
