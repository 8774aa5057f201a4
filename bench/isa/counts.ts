/** Counts instructions by class, bytes of each access, and how often an invocation has to wait for memory. */
import type { Instruction } from './assembly';

export type InstructionClass =
  | 'load'
  | 'store'
  | 'atomic'
  | 'scalar load'
  | 'workgroup memory'
  | 'wait'
  | 'branch'
  | 'hint'
  | 'scalar'
  | 'vector';

const classes: readonly (readonly [RegExp, InstructionClass])[] = [
  [/_atomic_/, 'atomic'],
  [/^(buffer|global|flat|scratch|image)_load/, 'load'],
  [/^(buffer|global|flat|scratch|image)_store/, 'store'],
  [/^s_(buffer_)?load/, 'scalar load'],
  [/^ds_/, 'workgroup memory'],
  [/^s_(waitcnt|barrier)/, 'wait'],
  [/^s_(c?branch|endpgm)/, 'branch'],
  [/^s_(nop|clause|delay_alu|inst_prefetch|code_end|sendmsg)/, 'hint'],
  [/^v_/, 'vector'],
  [/^s_/, 'scalar'],
];

export function classOf(op: string): InstructionClass {
  const found = classes.find(([pattern]) => pattern.test(op))?.[1];
  if (found === undefined) throw new RangeError(`op: expected an instruction of an AMD GPU, got ${op}`);
  return found;
}

/** Vector instructions that take four times as long as others. */
const isSlow = (op: string): boolean =>
  /^v_(mul_lo_u32|mul_hi_[ui]32|mul_lo_i32|mad_[iu]64_[iu]32|rcp_|rsq_|sqrt_|log_|exp_|sin_|cos_)/.test(op);

const isConversion = (op: string): boolean => /^v_cvt_/.test(op);
const isFloat = (op: string): boolean => /^v_(?!cvt|cmp)\w*_(f16|f32)/.test(op) || /^v_fma_mix/.test(op);

const bytesOfWidth: Readonly<Record<string, number>> = {
  dwordx4: 16,
  b128: 16,
  dwordx3: 12,
  b96: 12,
  dwordx2: 8,
  b64: 8,
  dword: 4,
  b32: 4,
  short: 2,
  ushort: 2,
  sshort: 2,
  b16: 2,
  u16: 2,
  i16: 2,
  ubyte: 1,
  sbyte: 1,
  byte: 1,
  u8: 1,
  i8: 1,
  b8: 1,
};

/** Bytes that an access to memory moves for an invocation. */
export function bytesOf(op: string): number {
  const width = op.split('_').find((part) => bytesOfWidth[part] !== undefined);
  if (width === undefined) throw new RangeError(`op: expected an access of a known width, got ${op}`);
  return bytesOfWidth[width] as number;
}

/** How many accesses there are of each number of bytes. */
export type Widths = Readonly<Record<number, number>>;

export interface Counts {
  /** Vector instructions. */
  readonly vector: number;
  /** Of them those at a quarter of the rate, those on floats, and conversions. */
  readonly slow: number;
  readonly float: number;
  readonly conversion: number;
  readonly scalar: number;
  readonly scalarLoads: number;
  readonly branches: number;
  readonly atomics: number;
  readonly workgroupMemory: number;
  readonly loads: Widths;
  readonly stores: Widths;
}

function widthsOf(instructions: readonly Instruction[]): Widths {
  const widths: Record<number, number> = {};
  for (const { op } of instructions) widths[bytesOf(op)] = (widths[bytesOf(op)] ?? 0) + 1;
  return widths;
}

export function countsOf(instructions: readonly Instruction[]): Counts {
  const of = (kind: InstructionClass): Instruction[] => instructions.filter(({ op }) => classOf(op) === kind);
  const vector = of('vector').map(({ op }) => op);
  return {
    vector: vector.length,
    slow: vector.filter(isSlow).length,
    float: vector.filter(isFloat).length,
    conversion: vector.filter(isConversion).length,
    scalar: of('scalar').length,
    scalarLoads: of('scalar load').length,
    branches: of('branch').length,
    atomics: of('atomic').length,
    workgroupMemory: of('workgroup memory').length,
    loads: widthsOf(of('load')),
    stores: widthsOf(of('store')),
  };
}

function widthsBetween(more: Widths, less: Widths): Widths {
  const widths = Object.keys(more).map(
    (bytes) => [bytes, (more[Number(bytes)] ?? 0) - (less[Number(bytes)] ?? 0)] as const,
  );
  return Object.fromEntries(widths.filter(([, count]) => count !== 0));
}

/** What one path has more than another. */
export function difference(more: Counts, less: Counts): Counts {
  const names = [
    'vector',
    'slow',
    'float',
    'conversion',
    'scalar',
    'scalarLoads',
    'branches',
    'atomics',
    'workgroupMemory',
  ] as const;
  const numbers = Object.fromEntries(names.map((name) => [name, more[name] - less[name]]));
  return {
    ...(numbers as Record<(typeof names)[number], number>),
    loads: widthsBetween(more.loads, less.loads),
    stores: widthsBetween(more.stores, less.stores),
  };
}

/** Trips to memory one after the other: no load of one is under way before those of the one before are there. */
export interface RoundTrips {
  /** Counting vector loads only. */
  readonly vector: number;
  readonly all: number;
}

interface Load extends RoundTrips {
  readonly kind: 'vm' | 'lgkm';
}

/**
 * Serial trips before the first store. A load goes out behind all that has been waited for before it, so it is one trip
 * later than the latest of those. A wait names how many of the vector loads (`vmcnt`), or of the scalar ones and workgroup
 * memory (`lgkmcnt`), may still be under way: the oldest have come.
 */
export function roundTripsBeforeStore(instructions: readonly Instruction[]): RoundTrips {
  let underWay: Load[] = [];
  let here: RoundTrips = { vector: 0, all: 0 };
  for (const { op, text } of instructions) {
    const kind = classOf(op);
    if (kind === 'store') break;
    if (kind === 'load') underWay.push({ kind: 'vm', vector: here.vector + 1, all: here.all + 1 });
    if (kind === 'scalar load') underWay.push({ kind: 'lgkm', vector: here.vector, all: here.all + 1 });
    if (kind === 'workgroup memory') underWay.push({ kind: 'lgkm', ...here });
    if (kind !== 'wait') continue;
    for (const counter of ['vm', 'lgkm'] as const) {
      const left = new RegExp(`\\b${counter}cnt\\((\\d+)\\)`).exec(text)?.[1];
      if (left === undefined) continue;
      const ofCounter = underWay.filter((load) => load.kind === counter);
      const done = ofCounter.slice(0, Math.max(0, ofCounter.length - Number(left)));
      underWay = underWay.filter((load) => !done.includes(load));
      here = {
        vector: Math.max(here.vector, ...done.map((load) => load.vector)),
        all: Math.max(here.all, ...done.map((load) => load.all)),
      };
    }
  }
  return here;
}
