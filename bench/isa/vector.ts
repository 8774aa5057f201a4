/**
 * What vector instructions do to the one invocation that a walk follows. Integers are computed. Of floats no more than the
 * few operations by which a compiler divides integers; other floats are not known, nor what comes of them.
 */
import type { Instruction, Operand } from './assembly';
import { exec, floatBits } from './assembly';
import type { Registers } from './registers';

type Numbers = readonly number[];

const signed = (value: number): number => value | 0;
const view = new DataView(new ArrayBuffer(4));

function floatOf(bits: number): number {
  view.setUint32(0, bits);
  return view.getFloat32(0);
}

const middle = (values: Numbers): number => [...values].sort((a, b) => a - b)[1] as number;
const [first, second, third] = [0, 1, 2].map((at) => (values: Numbers) => values[at] as number) as [
  (values: Numbers) => number,
  (values: Numbers) => number,
  (values: Numbers) => number,
];
const sum = (...terms: number[]): number => terms.reduce((a, b) => a + b, 0) >>> 0;

const integer: Readonly<Record<string, (values: Numbers) => number>> = {
  v_mov_b32: first,
  v_not_b32: (v) => ~first(v) >>> 0,
  v_and_b32: (v) => (first(v) & second(v)) >>> 0,
  v_or_b32: (v) => (first(v) | second(v)) >>> 0,
  v_xor_b32: (v) => (first(v) ^ second(v)) >>> 0,
  v_and_or_b32: (v) => ((first(v) & second(v)) | third(v)) >>> 0,
  v_or3_b32: (v) => (first(v) | second(v) | third(v)) >>> 0,
  v_xad_u32: (v) => sum((first(v) ^ second(v)) >>> 0, third(v)),
  v_add_nc_u32: (v) => sum(first(v), second(v)),
  v_add_u32: (v) => sum(first(v), second(v)),
  v_add3_u32: (v) => sum(first(v), second(v), third(v)),
  v_sub_nc_u32: (v) => sum(first(v), -second(v)),
  v_sub_u32: (v) => sum(first(v), -second(v)),
  v_subrev_nc_u32: (v) => sum(second(v), -first(v)),
  v_subrev_u32: (v) => sum(second(v), -first(v)),
  v_lshlrev_b32: (v) => (second(v) << (first(v) & 31)) >>> 0,
  v_lshrrev_b32: (v) => second(v) >>> (first(v) & 31),
  v_ashrrev_i32: (v) => (signed(second(v)) >> (first(v) & 31)) >>> 0,
  v_lshl_add_u32: (v) => sum((first(v) << (second(v) & 31)) >>> 0, third(v)),
  v_add_lshl_u32: (v) => (sum(first(v), second(v)) << (third(v) & 31)) >>> 0,
  v_lshl_or_b32: (v) => ((first(v) << (second(v) & 31)) | third(v)) >>> 0,
  v_bfe_u32: (v) => (first(v) >>> (second(v) & 31)) & (2 ** (third(v) & 31) - 1),
  v_bfi_b32: (v) => ((first(v) & second(v)) | (~first(v) & third(v))) >>> 0,
  v_mul_lo_u32: (v) => Math.imul(first(v), second(v)) >>> 0,
  v_mul_hi_u32: (v) => Number((BigInt(first(v)) * BigInt(second(v))) >> 32n),
  v_mul_u32_u24: (v) => Math.imul(first(v) & 0xffffff, second(v) & 0xffffff) >>> 0,
  v_mad_u32_u24: (v) => sum(Math.imul(first(v) & 0xffffff, second(v) & 0xffffff), third(v)),
  v_min_u32: (v) => Math.min(first(v), second(v)),
  v_max_u32: (v) => Math.max(first(v), second(v)),
  v_min_i32: (v) => Math.min(signed(first(v)), signed(second(v))) >>> 0,
  v_max_i32: (v) => Math.max(signed(first(v)), signed(second(v))) >>> 0,
  v_min3_u32: (v) => Math.min(...v),
  v_max3_u32: (v) => Math.max(...v),
  v_med3_u32: middle,
  v_readfirstlane_b32: first,
  // Lane 0 has no lanes before it.
  v_mbcnt_lo_u32_b32: second,
  v_mbcnt_hi_u32_b32: second,
  // How integers are divided: by way of a float reciprocal that is put right afterwards.
  v_cvt_f32_u32: (v) => floatBits(first(v)),
  v_cvt_u32_f32: (v) => Math.min(Math.max(Math.trunc(floatOf(first(v))), 0), 0xffffffff),
  v_rcp_f32: (v) => floatBits(1 / floatOf(first(v))),
  v_rcp_iflag_f32: (v) => floatBits(1 / floatOf(first(v))),
  v_mul_f32: (v) => floatBits(floatOf(first(v)) * floatOf(second(v))),
};

/** How the operands of a comparison are read, by their type. */
const readers: Readonly<Record<string, (bits: number) => number>> = {
  u32: (bits) => bits,
  i32: signed,
  f32: floatOf,
};

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  neq: (a, b) => a !== b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
};

const baseName = (op: string): string => op.replace(/_(e32|e64|sdwa)$/, '').replace(/^v_dual_/, 'v_');
const execMask: Operand = { kind: 'register', file: 's', first: exec, count: 2, isModified: false };

function compare({ op, operands }: Instruction, registers: Registers): void {
  const [, changesExec, relation, type] = /^v_cmp(x?)_(\w+)_([iuf]\d+)/.exec(baseName(op)) ?? [];
  const [left, right] = operands.slice(-2);
  const [a, b] = [registers.number(left), registers.number(right)];
  const as = readers[type as string] ?? floatOf;
  const test = readers[type as string] ? comparisons[relation as string] : undefined;
  const result = a === undefined || b === undefined ? undefined : test?.(as(a), as(b));
  if (operands.length === 3) registers.setMask(operands[0], result);
  if (changesExec) registers.setMask(execMask, result);
}

/** One of two words by a mask; known where both are the same, whatever the mask. */
function select(instruction: Instruction, registers: Registers): void {
  const [to, ifClear, ifSet, mask] = instruction.operands;
  const chosen = registers.number(
    mask ?? { kind: 'register', file: 's', first: 106, count: 2, isModified: false },
  );
  const [a, b] = [registers.word(ifClear), registers.word(ifSet)];
  registers.set(to, chosen === undefined ? (a === b ? a : undefined) : chosen === 0 ? a : b);
}

/** Additions and subtractions with a carry in a mask. */
function carry({ op, operands }: Instruction, registers: Registers): void {
  const [to, out, left, right, carryIn] = operands;
  const [a, b] = [registers.number(left), registers.number(right)];
  const before = /_co_ci_/.test(op) || /_(addc|subb|subbrev)_/.test(op) ? registers.number(carryIn) : 0;
  if (a === undefined || b === undefined || before === undefined) {
    registers.set(to, undefined);
    registers.setMask(out, undefined);
    return;
  }
  const bit = before === 0 ? 0 : 1;
  const total = /_subrev_/.test(op) ? b - a - bit : /_sub_/.test(op) ? a - b - bit : a + b + bit;
  registers.set(to, total >>> 0);
  registers.setMask(out, total < 0 || total > 0xffffffff);
}

/** The bytes of a source that an instruction picks (`src0_sel:WORD_1`), all where it does not say. */
function selected({ text }: Instruction, source: number, value: number | undefined): number | undefined {
  const [, width, at] = new RegExp(`src${source}_sel:(WORD|BYTE)_(\\d)`).exec(text) ?? [];
  if (value === undefined || width === undefined) return value;
  const bits = width === 'WORD' ? 16 : 8;
  return (value >>> (Number(at) * bits)) & (2 ** bits - 1);
}

function runOne(instruction: Instruction, registers: Registers): void {
  const { op, operands } = instruction;
  const name = baseName(op);
  const to = operands[0];
  if (/^v_cmpx?_/.test(name)) compare(instruction, registers);
  else if (name === 'v_cndmask_b32') select(instruction, registers);
  else if (/^v_(add|sub|subrev)_co_/.test(name)) carry(instruction, registers);
  else if (name === 'v_mov_b32' || name === 'v_readfirstlane_b32') {
    registers.set(to, registers.word(operands[1]));
  } else if (name === 'v_lshrrev_b64') {
    const [by, value] = [registers.number(operands[1]), registers.wide(operands[2])];
    registers.setWide(to, by === undefined || value === undefined ? undefined : value >> BigInt(by & 63));
  } else {
    const compute = integer[name];
    const values = operands
      .slice(1)
      .map((operand, at) => selected(instruction, at, registers.number(operand)));
    const isKnown = compute !== undefined && values.every((value) => value !== undefined);
    const isWhole = !/ (dst_sel:(?!DWORD)|op_sel:)/.test(instruction.text);
    if (isKnown && isWhole) registers.set(to, compute(values as number[]));
    else if (to?.kind === 'register') registers.forget(to);
  }
}

/** Carries out an instruction on vector registers; what is loaded from a buffer is zeros. */
export function runVector(instruction: Instruction, registers: Registers): void {
  const { op, operands, parts } = instruction;
  if (parts !== undefined) {
    for (const part of parts) runOne(part, registers);
  } else if (/^v_/.test(op)) runOne(instruction, registers);
  else if (/^(buffer|global|flat|scratch)_load/.test(op) && operands[0]?.kind === 'register') {
    for (let at = 0; at < operands[0].count; at++) registers.set(operands[0], 0, at);
  } else if (/^ds_(read|load)/.test(op) && operands[0]?.kind === 'register') registers.forget(operands[0]);
}
