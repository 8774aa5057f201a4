/**
 * Follows one invocation through a kernel's assembly, instruction by instruction, so that what is counted is what runs, for
 * loops and branches of any shape. Nothing is guessed from the look of a branch:
 *
 *   - The invocation is lane 0 of workgroup 0, and all lanes of its wave are alike: `exec` is all ones or zeros, so that
 *     `s_cbranch_execz` around one side of a branch goes round it exactly when this invocation does.
 *   - Words of the parameters have the values that the caller names by their offsets, so that loops run as often as there
 *     are heads, and branches on parameters take the side of this call.
 *   - Every other buffer is full of zeros: ids are 0, tables and tensors too.
 *   - Integers, masks and conditions are computed. Floats are not known. A branch on what is not known stops the walk with
 *     an error, unless `unknownLanes` says whether a condition on it is taken to hold.
 */
import { type Block, exec, type Instruction, type Operand, vcc } from './assembly';
import { classOf } from './counts';
import { Registers } from './registers';
import { type ReadParameter, runScalar, settleLanes } from './scalar';
import { runVector } from './vector';

export interface WalkOptions {
  /** The word of the parameters at a byte offset. */
  readonly parameter: ReadParameter;
  /** Whether a condition on what the walk does not know is taken to hold; without it, such a condition is an error. */
  readonly unknownLanes?: boolean;
}

/** More than any kernel of one or two heads has. */
const mostSteps = 200_000;

const mask = (first: number): Operand => ({
  kind: 'register',
  file: 's',
  first,
  count: 2,
  isModified: false,
});

function isTaken({ op, text }: Instruction, registers: Registers): boolean {
  const condition = /^s_cbranch_(scc|vcc|exec)(\w+)$/.exec(op);
  if (condition === null) return true;
  const [, of, when] = condition as unknown as [string, 'scc' | 'vcc' | 'exec', string];
  const wide = of === 'scc' ? undefined : registers.wide(mask(of === 'vcc' ? vcc : exec));
  const isSet = of === 'scc' ? registers.condition : wide === undefined ? undefined : wide !== 0n;
  if (isSet === undefined) throw new Error(`${text}: branches on what the walk does not know`);
  return isSet === (when === '1' || when === 'nz');
}

/** The instructions that one invocation runs, in order. */
export function pathOf(blocks: readonly Block[], { parameter, unknownLanes }: WalkOptions): Instruction[] {
  const registers = new Registers();
  const at = new Map(blocks.map(({ label }, index) => [label, index]));
  const path: Instruction[] = [];
  let block = 0;
  let next = 0;
  const decide = ({ text }: Instruction): boolean => {
    if (unknownLanes !== undefined) return unknownLanes;
    throw new Error(`${text} in ${blocks[block]?.label}: picks lanes by what the walk does not know`);
  };
  while (block < blocks.length) {
    const instruction = blocks[block]?.instructions[next++];
    if (instruction === undefined) {
      block++;
      next = 0;
      continue;
    }
    path.push(instruction);
    if (path.length > mostSteps)
      throw new Error(`the path has no end: ${instruction.text} in ${blocks[block]?.label}`);
    if (instruction.op === 's_endpgm') break;
    if (classOf(instruction.op) === 'branch') {
      if (!isTaken(instruction, registers)) continue;
      block = at.get(instruction.target ?? '') ?? blocks.length;
      next = 0;
    } else if (/^s_/.test(instruction.op)) runScalar(instruction, registers, parameter);
    else runVector(instruction, registers);
    settleLanes(instruction, registers, decide);
  }
  return path;
}
