/** Which kernels are compiled, and the calls whose path is followed through them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { linkedModule, shaderFolder } from '../../scripts/shaders';
import { type RopeDtype, ropeDtypes } from '../../src/dtypes';
import { type ParameterLayout, type ParameterValues, parameterLayout } from './parameters';

export const isaPairings = ['half', 'interleaved'] as const;
export type IsaPairing = (typeof isaPairings)[number];

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

interface Shape {
  readonly kernel: string;
  readonly module: string;
  readonly variant?: string;
  readonly pairings?: readonly IsaPairing[];
  readonly dtypes?: readonly RopeDtype[];
  readonly constants?: Readonly<Record<string, number>>;
  readonly features?: readonly GPUFeatureName[];
  readonly parameters: ParameterValues;
  /** The parameter that counts steps, how much of it a step is, and what it is called. */
  readonly steps?: readonly [field: string, by: number, name: string];
}

const heads = ['q.heads', 1, 'head'] as const;
const rotated = { ...grid, ...table('to') };
const twoDigits = { TWO_DIGITS: 1 };

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
    parameters: { ...rotated, ...table('origin') },
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

/** The module that packs by the device's own f16, where there is one. */
const nativeModule = 'rope-f16';
export const nativeVariant = 'native f16';

const nativeShapes: readonly Shape[] = ropeShapes
  .filter(({ kernel, variant }) => variant === undefined && kernel !== 'rotate_words')
  .map((shape) => ({
    ...shape,
    module: nativeModule,
    variant: nativeVariant,
    dtypes: ['f16'],
    features: ['shader-f16'],
  }));

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

const shapes = (): readonly Shape[] =>
  existsSync(join(shaderFolder, `${nativeModule}.wgsl`))
    ? [...ropeShapes, ...nativeShapes, ...otherShapes]
    : [...ropeShapes, ...otherShapes];

/** Names of all kernels. */
export const kernelNames: readonly string[] = [
  ...new Set([...ropeShapes, ...otherShapes].map(({ kernel }) => kernel)),
];

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

/** The kernels of these names, every variant. */
export async function kernelCases(names: readonly string[]): Promise<KernelCase[]> {
  const cases: KernelCase[] = [];
  for (const shape of shapes().filter(({ kernel }) => names.includes(kernel))) {
    const code = await linkedModule(`${shape.module}.wgsl`);
    const calls = callsOf(shape, parameterLayout(code));
    for (const dtype of shape.dtypes ?? ropeDtypes) {
      for (const pairing of shape.pairings ?? (['half'] as const)) {
        const all = {
          WORKGROUP: 64,
          DTYPE: ropeDtypes.indexOf(dtype),
          PAIRING: isaPairings.indexOf(pairing),
          ...twoDigits,
          ...shape.constants,
        };
        // The linker leaves out what a module does not read.
        const constants = Object.fromEntries(
          Object.entries(all).filter(([name]) => new RegExp(`^override ${name}\\b`, 'm').test(code)),
        );
        const { kernel, variant = '', features = [] } = shape;
        const named = 'PAIRING' in constants ? pairing : '';
        cases.push({ kernel, dtype, pairing: named, variant, code, constants, features, calls });
      }
    }
  }
  return cases;
}
