/** Reads the assembly that Mesa's ACO prints: blocks of instructions with their operands. */

/** Registers: scalar ones with those that have names, and vector ones. */
export interface RegisterOperand {
  readonly kind: 'register';
  readonly file: 's' | 'v';
  readonly first: number;
  readonly count: number;
  /** A minus sign or bars around it: the operand is no plain integer. */
  readonly isModified: boolean;
}

export interface LiteralOperand {
  readonly kind: 'literal';
  /** As 32 bits; what is 64 bits wide extends the sign. */
  readonly bits: number;
}

/** `src_scc`: the bit that scalar comparisons set. */
export interface ConditionOperand {
  readonly kind: 'condition';
}

/** Reads as 0, forgets what is written. */
export interface NullOperand {
  readonly kind: 'null';
}

/** What has no meaning here, such as a label. */
export interface OtherOperand {
  readonly kind: 'other';
}

export type Operand = RegisterOperand | LiteralOperand | ConditionOperand | NullOperand | OtherOperand;

export interface Instruction {
  readonly op: string;
  readonly operands: readonly Operand[];
  /** All of it, without the comment. */
  readonly text: string;
  /** The block that a branch goes to. */
  readonly target?: string;
  /** The two operations of one that has two (`v_dual_...`). */
  readonly parts?: readonly Instruction[];
}

export interface Block {
  readonly label: string;
  readonly instructions: readonly Instruction[];
}

/** Scalar registers with names, by the numbers that the hardware gives them. */
export const vcc = 106;
export const exec = 126;
const named: Readonly<Record<string, readonly [first: number, count: number]>> = {
  vcc: [vcc, 2],
  vcc_lo: [vcc, 1],
  vcc_hi: [vcc + 1, 1],
  m0: [124, 1],
  exec: [exec, 2],
  exec_lo: [exec, 1],
  exec_hi: [exec + 1, 1],
};

const scratch = new DataView(new ArrayBuffer(4));

/** The bits of a number as float32. */
export function floatBits(value: number): number {
  scratch.setFloat32(0, value);
  return scratch.getUint32(0);
}

function parsedRegister(text: string, isModified: boolean): RegisterOperand | undefined {
  const one = /^([sv])(\d+)$/.exec(text);
  const range = /^([sv])\[(\d+):(\d+)\]$/.exec(text);
  const file = (one ?? range)?.[1] as 's' | 'v' | undefined;
  if (file !== undefined) {
    const first = Number((one ?? range)?.[2]);
    return { kind: 'register', file, first, count: range ? Number(range[3]) - first + 1 : 1, isModified };
  }
  const found = named[text];
  return found && { kind: 'register', file: 's', first: found[0], count: found[1], isModified };
}

function parsedOperand(text: string): Operand {
  if (text === 'src_scc') return { kind: 'condition' };
  if (text === 'null') return { kind: 'null' };
  if (/^-?(0x[\da-f]+|\d+)$/.test(text)) return { kind: 'literal', bits: Number(text) >>> 0 };
  if (/^-?\d+\.\d+$/.test(text)) return { kind: 'literal', bits: floatBits(Number(text)) };
  const plain = text.replace(/^-/, '').replaceAll('|', '');
  return parsedRegister(plain, plain !== text) ?? { kind: 'other' };
}

function parsedInstruction(text: string): Instruction {
  const halves = text.split('::');
  if (halves.length === 2) {
    const parts = halves.map((half) => parsedInstruction(half.trim()));
    return { op: (parts[0] as Instruction).op, operands: [], text, parts };
  }
  const space = text.search(/\s/);
  const op = space < 0 ? text : text.slice(0, space);
  // Behind the last operand stand modifiers such as `offen` or `offset:16`.
  const pieces =
    space < 0
      ? []
      : text
          .slice(space)
          .split(',')
          .map((piece) => piece.trim().split(/\s/)[0] as string);
  const target = /branch/.test(op) ? /BB\d+/.exec(text)?.[0] : undefined;
  return { op, operands: pieces.map(parsedOperand), text, ...(target !== undefined && { target }) };
}

/** The blocks of a program, in the order in which they lie in memory. */
export function parseAssembly(assembly: string): Block[] {
  const blocks: { label: string; instructions: Instruction[] }[] = [];
  for (const line of assembly.split('\n')) {
    const label = /^(BB\d+):/.exec(line)?.[1];
    const text = (line.split(';')[0] as string).trim();
    if (label !== undefined) blocks.push({ label, instructions: [] });
    else if (text !== '') blocks.at(-1)?.instructions.push(parsedInstruction(text));
  }
  return blocks;
}
