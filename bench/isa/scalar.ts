/** What scalar instructions do. Where a word is not known, neither is the result. */
import type { Instruction, RegisterOperand } from './assembly';
import { exec } from './assembly';
import type { DescriptorWord, Registers } from './registers';

const execMask: RegisterOperand = { kind: 'register', file: 's', first: exec, count: 2, isModified: false };

/** A result and, where the instruction sets it, the condition. */
type Result = readonly [value: number, condition?: boolean];

const signed = (value: number): number => value | 0;
const carries = (sum: number): Result => [sum >>> 0, sum > 0xffffffff];
const overflows = (sum: number): Result => [sum >>> 0, sum !== signed(sum)];
const tested = (value: number): Result => [value >>> 0, value !== 0];
const highOf = (a: bigint, b: bigint): number => Number(((a * b) >> 32n) & 0xffffffffn);
const low = (a: number, b: number): Result => [Math.min(a, b), a < b];
const high = (a: number, b: number): Result => [Math.max(a, b), a >= b];

/** Of one or two words; the third is the condition before. */
const narrow: Readonly<Record<string, (a: number, b: number, condition: number) => Result>> = {
  s_mov_b32: (a) => [a],
  s_movk_i32: (a) => [a > 0x7fff ? (a | 0xffff0000) >>> 0 : a],
  s_not_b32: (a) => tested(~a),
  s_brev_b32: (a) => [Number.parseInt(a.toString(2).padStart(32, '0').split('').reverse().join(''), 2)],
  s_abs_i32: (a) => tested(Math.abs(signed(a))),
  s_add_u32: (a, b) => carries(a + b),
  s_add_i32: (a, b) => overflows(signed(a) + signed(b)),
  s_addk_i32: (a, b) => overflows(signed(a) + ((b << 16) >> 16)),
  s_addc_u32: (a, b, condition) => carries(a + b + condition),
  s_sub_u32: (a, b) => [(a - b) >>> 0, b > a],
  s_sub_i32: (a, b) => overflows(signed(a) - signed(b)),
  s_subb_u32: (a, b, condition) => [(a - b - condition) >>> 0, b + condition > a],
  s_mul_i32: (a, b) => [Math.imul(a, b) >>> 0],
  s_mulk_i32: (a, b) => [Math.imul(a, (b << 16) >> 16) >>> 0],
  s_mul_hi_u32: (a, b) => [highOf(BigInt(a), BigInt(b))],
  s_mul_hi_i32: (a, b) => [highOf(BigInt(signed(a)), BigInt(signed(b)))],
  s_min_u32: low,
  s_max_u32: high,
  s_min_i32: (a, b) => [Math.min(signed(a), signed(b)) >>> 0, signed(a) < signed(b)],
  s_max_i32: (a, b) => [Math.max(signed(a), signed(b)) >>> 0, signed(a) >= signed(b)],
  s_cselect_b32: (a, b, condition) => [condition ? a : b],
  s_and_b32: (a, b) => tested(a & b),
  s_or_b32: (a, b) => tested(a | b),
  s_xor_b32: (a, b) => tested(a ^ b),
  s_andn2_b32: (a, b) => tested(a & ~b),
  s_and_not1_b32: (a, b) => tested(a & ~b),
  s_lshl_b32: (a, b) => tested(a << (b & 31)),
  s_lshr_b32: (a, b) => tested(a >>> (b & 31)),
  s_ashr_i32: (a, b) => tested(signed(a) >> (b & 31)),
  s_lshl1_add_u32: (a, b) => carries(a * 2 + b),
  s_lshl2_add_u32: (a, b) => carries(a * 4 + b),
  s_lshl3_add_u32: (a, b) => carries(a * 8 + b),
  s_lshl4_add_u32: (a, b) => carries(a * 16 + b),
  s_pack_ll_b32_b16: (a, b) => [((a & 0xffff) | (b << 16)) >>> 0],
  s_pack_lh_b32_b16: (a, b) => [((a & 0xffff) | (b & 0xffff0000)) >>> 0],
  s_pack_hh_b32_b16: (a, b) => [((a >>> 16) | (b & 0xffff0000)) >>> 0],
  s_bfm_b32: (a, b) => [((2 ** (a & 31) - 1) << (b & 31)) >>> 0],
  s_bfe_u32: (a, b) => tested((a >>> (b & 31)) & (2 ** ((b >>> 16) & 127) - 1)),
};

const allOnes = 0xffffffffffffffffn;
const ones = (value: bigint): number => value.toString(2).replaceAll('0', '').length;

/** Of one or two pairs of words. All but the move and the selection set the condition by whether the result is 0. */
const wide: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  s_not_b64: (a) => a ^ allOnes,
  s_and_b64: (a, b) => a & b,
  s_or_b64: (a, b) => a | b,
  s_xor_b64: (a, b) => a ^ b,
  s_andn2_b64: (a, b) => a & (b ^ allOnes),
  s_and_not1_b64: (a, b) => a & (b ^ allOnes),
  s_orn2_b64: (a, b) => a | (b ^ allOnes),
  s_or_not1_b64: (a, b) => a | (b ^ allOnes),
  s_nand_b64: (a, b) => (a & b) ^ allOnes,
  s_nor_b64: (a, b) => (a | b) ^ allOnes,
  s_xnor_b64: (a, b) => a ^ b ^ allOnes,
  s_lshl_b64: (a, b) => (a << (b & 63n)) & allOnes,
  s_lshr_b64: (a, b) => a >> (b & 63n),
};

/** What a mask comes to where one side alone is known, and decides; undefined where it does not. */
function decided(op: string, a: bigint | undefined, b: bigint | undefined): bigint | undefined {
  const isNegated = /_(andn2|and_not1)_/.test(op);
  if (isNegated || /_and_/.test(op)) return a === 0n || b === (isNegated ? allOnes : 0n) ? 0n : undefined;
  return /_or_/.test(op) && (a === allOnes || b === allOnes) ? allOnes : undefined;
}

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  eq: (a, b) => a === b,
  lg: (a, b) => a !== b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
};

/** Reads a word of the parameters at a byte offset. */
export type ReadParameter = (offset: number) => number;

/** The scalar register with the address of bind group 0: the driver passes those addresses from here on, in order. */
const firstSet = 2;

const isParameters = ({ set, offset }: DescriptorWord): boolean => set === firstSet && offset === 0;

function load({ op, operands }: Instruction, registers: Registers, read: ReadParameter): void {
  const [to, from, by] = operands;
  const base = registers.word(from);
  const offset = registers.number(by);
  const words = to?.kind === 'register' ? to.count : 0;
  for (let at = 0; at < words; at++) {
    const where = offset === undefined ? undefined : offset + 4 * at;
    if (where === undefined || typeof base !== 'object') registers.set(to, undefined, at);
    else if (/^s_load/.test(op)) {
      registers.set(to, 'entry' in base ? { set: base.entry, offset: where } : undefined, at);
    } else if ('entry' in base) registers.set(to, undefined, at);
    // Whatever else is read this way is zeros, as in every buffer of a walk.
    else registers.set(to, isParameters(base) ? read(where) : 0, at);
  }
}

/** Takes what is not known about `exec` for lanes at work, or for idle ones. */
export type DecideLanes = (instruction: Instruction) => boolean;

/** Where exec is about to become unknown, the walk decides. */
export function settleLanes(instruction: Instruction, registers: Registers, decide: DecideLanes): void {
  if (registers.wide(execMask) === undefined) registers.setWide(execMask, decide(instruction) ? allOnes : 0n);
}

function narrowResult(instruction: Instruction, registers: Registers): Result | undefined {
  const { op, operands } = instruction;
  const inPlace = /^s_(add|mul)k_/.test(op);
  const a = registers.number(operands[inPlace ? 0 : 1]);
  const isUnary = operands.length === 2 && !inPlace;
  const b = isUnary ? 0 : registers.number(operands[inPlace ? 1 : 2]);
  const { condition } = registers;
  const reads = /^s_(addc|subb|cselect)_/.test(op);
  if (a === undefined || b === undefined || (reads && condition === undefined)) return undefined;
  return narrow[op]?.(a, b, Number(condition));
}

function saveExec({ op, operands }: Instruction, registers: Registers): void {
  const before = registers.wide(execMask);
  const mask = registers.wide(operands[1]);
  const kind = /^s_(\w+?)_saveexec/.exec(op)?.[1];
  const combine: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
    and: (a, b) => a & b,
    or: (a, b) => a | b,
    xor: (a, b) => a ^ b,
    andn2: (a, b) => a & (b ^ allOnes),
    and_not1: (a, b) => a & (b ^ allOnes),
    andn1: (a, b) => (a ^ allOnes) & b,
    and_not0: (a, b) => (a ^ allOnes) & b,
    orn2: (a, b) => a | (b ^ allOnes),
    or_not1: (a, b) => a | (b ^ allOnes),
  };
  const after =
    kind === undefined || mask === undefined ? undefined : combine[kind]?.(mask, before as bigint);
  registers.setWide(operands[0], before);
  registers.setWide(execMask, after);
  registers.condition = after === undefined ? undefined : after !== 0n;
}

/** Carries out a scalar instruction that is no branch. */
export function runScalar(instruction: Instruction, registers: Registers, read: ReadParameter): void {
  const { op, operands } = instruction;
  const to = operands[0];
  const comparison = /^s_cmpk?_(\w+)_([iu])(?:32|64)$/.exec(op);
  if (/^s_(buffer_)?load/.test(op)) load(instruction, registers, read);
  else if (/_saveexec_b64$/.test(op)) saveExec(instruction, registers);
  else if (comparison) {
    const [a, b] = [registers.number(to), registers.number(operands[1])];
    const as = comparison[2] === 'i' ? signed : (value: number) => value;
    const compare = comparisons[comparison[1] as string];
    registers.condition = a === undefined || b === undefined ? undefined : compare?.(as(a), as(b));
  } else if (op === 's_mov_b32') registers.set(to, registers.word(operands[1]));
  else if (op === 's_mov_b64') {
    const words = [registers.word(operands[1], 0), registers.word(operands[1], 1)];
    words.forEach((word, at) => {
      registers.set(to, word, at);
    });
  } else if (op === 's_cselect_b64') {
    const { condition } = registers;
    const from = condition ? operands[1] : operands[2];
    registers.setWide(to, condition === undefined ? undefined : registers.wide(from));
  } else if (op === 's_bcnt1_i32_b64' || op === 's_bcnt1_i32_b32') {
    const bits = op.endsWith('64') ? registers.wide(operands[1]) : registers.number(operands[1]);
    registers.set(to, bits === undefined ? undefined : ones(BigInt(bits)));
    registers.condition = bits === undefined ? undefined : BigInt(bits) !== 0n;
  } else if (wide[op]) {
    const isShift = /^s_lsh/.test(op);
    const a = registers.wide(operands[1]);
    const shift = isShift ? registers.number(operands[2]) : undefined;
    const other = operands[2] === undefined ? 0n : registers.wide(operands[2]);
    const b = isShift ? (shift === undefined ? undefined : BigInt(shift)) : other;
    const value = a === undefined || b === undefined ? decided(op, a, b) : wide[op]?.(a, b);
    registers.setWide(to, value);
    registers.condition = value === undefined ? undefined : value !== 0n;
  } else if (narrow[op]) {
    const result = narrowResult(instruction, registers);
    registers.set(to, result?.[0]);
    if (result === undefined) registers.condition = undefined;
    else if (result[1] !== undefined) registers.condition = result[1];
  } else if (to?.kind === 'register' && to.file === 's') {
    registers.forget(to);
    registers.condition = undefined;
  }
}
