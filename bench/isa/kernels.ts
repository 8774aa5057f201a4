/** Which kernels are compiled, and the calls whose path is followed through them. */
import { linkedModule, nativeModules } from '../../scripts/shaders';
import { type RopeDtype, ropeDtypes } from '../../src/dtypes';
import { nativeTexts } from '../../src/kernel/native-text';
import { remembered } from '../../src/kernel/remembered';
import { floatBits } from './assembly';
import { type ParameterLayout, type ParameterValues, parameterLayout } from './parameters';
import { qkvShapes } from './qkv-shapes';
import { type IsaPairing, isaPairings, type Shape } from './shape';

/** Whether units, groups and tokens of the call are powers of two; `all` where a kernel does not ask. */
export type Sizes = 'powers of two' | 'others' | 'all';

/** The parameter by which a kernel asks. */
const powersField = 'grid.is_powers';

/** One kernel in one variant. */
export interface KernelCase {
  readonly kernel: string;
  readonly dtype: RopeDtype;
  readonly pairing: IsaPairing | '';
  /** What sets it apart, such as `3 axes`; mostly nothing. */
  readonly variant: string;
  readonly code: string;
  readonly layout: ParameterLayout;
  readonly constants: Readonly<Record<string, number>>;
  readonly features: readonly GPUFeatureName[];
  readonly calls: readonly KernelCall[];
}

/** A call as a kernel's parameters say it. */
export interface KernelCall {
  readonly sizes: Sizes;
  /** A call with one step of the kernel's loop: one head of Q, or all there is. */
  readonly one: ParameterValues;
  /** The same with two steps; undefined where a kernel has no loop. */
  readonly two: ParameterValues | undefined;
  /** What a step is, such as `head`. */
  readonly step: string;
}

/** A launch of one token, whose heads are one group. */
const grid: ParameterValues = {
  'grid.items': 2 ** 20,
  'grid.width': 1,
  'grid.units.by': 16,
  'grid.units.shift': 4,
  'grid.groups.by': 1,
};

/** A table of 2^20 positions in two digits, 64 pairs each. */
const table = (source: string): ParameterValues => ({
  [`${source}.table.low_bits`]: 10,
  [`${source}.table.high_rows`]: 2 ** 15,
  [`${source}.table.row`]: 32,
  [`${source}.table.capacity`]: 2 ** 20,
});

/** u32 ids in a buffer. */
const ids = (source: string): ParameterValues => ({ [`${source}.kind`]: 2, [`${source}.id_words`]: 1 });

const heads = ['q.heads', 1, 'head'] as const;
const rotated = { ...grid, ...table('to') };

const ropeShapes: readonly Shape[] = [
  { kernel: 'rotate_chunks', module: 'rope', pairings: isaPairings, parameters: rotated, steps: heads },
  {
    kernel: 'rotate_at_chunks',
    module: 'rope',
    pairings: isaPairings,
    parameters: { ...rotated, ...ids('to') },
    steps: heads,
  },
  {
    kernel: 'rotate_at_chunks',
    module: 'rope',
    variant: '3 axes',
    constants: { AXES: 3 },
    parameters: { ...rotated, ...ids('to') },
    steps: heads,
  },
  {
    kernel: 'rerotate_chunks',
    module: 'rope',
    pairings: isaPairings,
    // Between tables of the package's own: entries of length 1.
    parameters: {
      ...rotated,
      ...table('origin'),
      undo: floatBits(1),
    },
    steps: heads,
  },
  {
    kernel: 'rotate_words',
    module: 'rope',
    pairings: isaPairings,
    parameters: { ...rotated, unit_pairs: 1, pairs: 64 },
    steps: heads,
  },
];

/** Kernels whose f16 is converted by the device's own type. */
export const nativeVariant = 'native f16';

const otherShapes: readonly Shape[] = [
  {
    kernel: 'add_chunks',
    module: 'additive',
    parameters: { ...grid, ...table('to'), dim: 64, block: 64 },
  },
  {
    kernel: 'bias_chunks',
    module: 'bias',
    parameters: { ...grid, keys: 64 },
    steps: ['heads', 1, 'head'],
  },
  {
    kernel: 'bias_at_chunks',
    module: 'bias',
    parameters: { ...grid, ...ids('query'), ...ids('key'), keys: 64 },
    steps: ['heads', 1, 'head'],
  },
  {
    kernel: 'compare_rows',
    module: 'similarity',
    dtypes: ['f32'],
    parameters: { row_count: 64, column_count: 64 },
    steps: ['dim', 16, '16 dims'],
  },
];

const shapes: readonly Shape[] = [...ropeShapes, ...qkvShapes, ...otherShapes];

/** Names of all kernels. */
export const kernelNames: readonly string[] = [...new Set(shapes.map(({ kernel }) => kernel))];

function callsOf(shape: Shape, layout: ParameterLayout): KernelCall[] {
  const [field, by, step] = shape.steps ?? [];
  const sizes: readonly Sizes[] = layout.has(powersField) ? ['powers of two', 'others'] : ['all'];
  return sizes.map((each) => {
    const powers: ParameterValues = each === 'powers of two' ? { [powersField]: 1 } : {};
    const withSteps = (count: number): ParameterValues => ({
      ...shape.parameters,
      ...powers,
      ...(field !== undefined && by !== undefined && { [field]: count * by }),
    });
    return {
      sizes: each,
      one: withSteps(1),
      two: field === undefined ? undefined : withSteps(2),
      step: step ?? '',
    };
  });
}

/** How f16 is converted in a case. */
interface Conversion {
  readonly dtype: RopeDtype;
  readonly isNative: boolean;
}

/** Every dtype in integers, and f16 by the device where its module is shipped that way. */
function conversionsOf({ module, dtypes = ropeDtypes }: Shape): Conversion[] {
  const hasNative = nativeModules.some((each) => each === module);
  return dtypes.flatMap((dtype) => {
    const inIntegers = { dtype, isNative: false };
    return dtype === 'f16' && hasNative ? [inIntegers, { dtype, isNative: true }] : [inIntegers];
  });
}

interface Linked {
  readonly code: string;
  readonly layout: ParameterLayout;
}

async function linkedCode(module: string, nativeF16: boolean): Promise<Linked> {
  const linked = await linkedModule(`${module}.wgsl`, { nativeF16 });
  // As Dawn gets it.
  const code = nativeF16 ? nativeTexts[0](linked) : linked;
  return { code, layout: parameterLayout(code) };
}

function casesOf(shape: Shape, { dtype, isNative }: Conversion, linked: Linked): KernelCase[] {
  const { kernel, pairings = ['half'], text } = shape;
  const { layout } = linked;
  const code = text ? text(linked.code) : linked.code;
  const variant = [shape.variant ?? '', isNative ? nativeVariant : '']
    .filter((part) => part !== '')
    .join(', ');
  return pairings.map((pairing) => {
    const all = {
      WORKGROUP: 64,
      DTYPE: ropeDtypes.indexOf(dtype),
      K_DTYPE: ropeDtypes.indexOf(dtype),
      V_DTYPE: ropeDtypes.indexOf(dtype),
      WEIGHT_DTYPE: ropeDtypes.indexOf(dtype),
      PAIRING: isaPairings.indexOf(pairing),
      TWO_DIGITS: 1,
      ...shape.constants,
    };
    // The linker leaves out what a module does not read.
    const constants = Object.fromEntries(
      Object.entries(all).filter(([name]) => new RegExp(`^override ${name}\\b`, 'm').test(code)),
    );
    return {
      ...{ kernel, dtype, variant, code, layout, constants },
      pairing: 'PAIRING' in constants ? pairing : '',
      features: isNative ? ['shader-f16'] : [],
      calls: callsOf(shape, layout),
    };
  });
}

/** The kernels of these names, every variant. */
export async function kernelCases(names: readonly string[]): Promise<KernelCase[]> {
  const cases: KernelCase[] = [];
  const modules = new Map<string, Promise<Linked>>();
  for (const shape of shapes.filter(({ kernel }) => names.includes(kernel))) {
    for (const conversion of conversionsOf(shape)) {
      const { isNative } = conversion;
      const linked = remembered(modules, `${shape.module} ${isNative}`, () =>
        linkedCode(shape.module, isNative),
      );
      cases.push(...casesOf(shape, conversion, await linked));
    }
  }
  return cases;
}
