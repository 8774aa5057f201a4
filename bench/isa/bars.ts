/**
 * What the kernels may cost on navi21, with the bounds checks that WebGPU makes there, by Mesa 22.3's compiler. Another
 * version counts otherwise, so that the bars hold for this one only.
 */
import { bytesPerElement, type RopeDtype } from '../../src/dtypes';
import type { Bar } from './bar';
import { nativeVariant, type Sizes } from './kernels';
import { qkvBars, qkvKernels } from './qkv-bars';
import { type IsaPairing, isaPairings } from './shape';
import type { IsaRow } from './survey';

export const barFamily = 'navi21';
/** What the driver calls itself begins so, somewhere. */
export const barDriver = /Mesa 22\.3\./;
const rotations = ['rotate_chunks', 'rotate_at_chunks', 'rerotate_chunks'] as const;
const sums = ['add_chunks', 'bias_chunks'] as const;
export const barKernels = [...rotations, ...sums, ...qkvKernels] as const;

/** A variant of a rotation. */
interface Variant {
  readonly title: string;
  readonly dtype: RopeDtype;
  readonly variant: string;
  readonly head: Readonly<Record<IsaPairing, number>>;
  readonly waves: number;
}

const variants: readonly Variant[] = [
  { title: 'f32', dtype: 'f32', variant: '', head: { half: 23, interleaved: 24 }, waves: 16 },
  {
    title: 'native f16',
    dtype: 'f16',
    variant: nativeVariant,
    head: { half: 45, interleaved: 45 },
    waves: 10,
  },
  { title: 'f16', dtype: 'f16', variant: '', head: { half: 400, interleaved: 400 }, waves: 7 },
  { title: 'bf16', dtype: 'bf16', variant: '', head: { half: 140, interleaved: 140 }, waves: 9 },
];

/** Vector instructions before the first head. */
const beforeFirstHead: readonly (readonly [Sizes, number])[] = [
  ['powers of two', 65],
  ['others', 90],
];

type Wanted = Pick<IsaRow, 'kernel' | 'dtype' | 'variant' | 'pairing' | 'sizes'>;

function rowOf(rows: readonly IsaRow[], { kernel, dtype, variant, pairing, sizes }: Wanted): IsaRow {
  const found = rows.find(
    (row) =>
      row.kernel === kernel &&
      row.dtype === dtype &&
      row.variant === variant &&
      row.pairing === pairing &&
      (row.sizes === sizes || row.sizes === 'all'),
  );
  if (found === undefined)
    throw new RangeError(`rows: expected ${[kernel, dtype, variant, pairing].join(' ')}, got none`);
  return found;
}

const rotationOf = ({ dtype, variant }: Variant, kernel: string, pairing: IsaPairing) => ({
  kernel,
  dtype,
  variant,
  pairing,
});

const narrowAccesses = ({ path }: IsaRow): number =>
  [path.loads, path.stores]
    .flatMap((widths) => Object.entries(widths))
    .reduce((sum, [bytes, count]) => sum + (bytes === '16' ? 0 : count), 0);

function barsOfKernel(of: Variant, pairing: IsaPairing): Bar[] {
  const wanted = { ...rotationOf(of, 'rotate_chunks', pairing), sizes: 'others' } as const;
  const title = `rotate_chunks ${of.title} ${pairing}`;
  const take =
    (count: (row: IsaRow) => number, sizes: Sizes = 'others') =>
    (rows: readonly IsaRow[]) =>
      count(rowOf(rows, { ...wanted, sizes }));
  return [
    {
      name: `${title}: a head`,
      atMost: of.head[pairing],
      measure: take((row) => row.perStep?.vector ?? Number.NaN),
    },
    ...beforeFirstHead.map(([sizes, atMost]) => ({
      name: `${title}: before the first head, ${sizes}`,
      atMost,
      measure: take((row) => row.before.vector, sizes),
    })),
    { name: `${title}: waves`, atLeast: of.waves, measure: take((row) => row.waves) },
    { name: `${title}: vector trips`, atMost: 1, measure: take((row) => row.tripsBeforeStore.vector) },
    { name: `${title}: all trips`, atMost: 7, measure: take((row) => row.tripsBeforeStore.all) },
    { name: `${title}: accesses below 16 bytes`, atMost: 0, measure: take(narrowAccesses) },
  ];
}

/** What comes before the first head in another kernel, in multiples of that in rotate_chunks. */
function ratio(of: Variant, kernel: string, atMost: number): Bar[] {
  return beforeFirstHead.map(([sizes]) => ({
    name: `${kernel} ${of.title}: before the first head, against rotate_chunks, ${sizes}`,
    atMost,
    measure: (rows) => {
      const before = (name: string): number =>
        rowOf(rows, { ...rotationOf(of, name, 'half'), sizes }).before.vector;
      return before(kernel) / before('rotate_chunks');
    },
  }));
}

function spillsOf(kernel: string, of: Variant): Bar {
  return {
    name: `${kernel} ${of.title}: spilled registers`,
    atMost: 0,
    measure: (rows) =>
      Math.max(
        ...isaPairings.map(
          (pairing) => rowOf(rows, { ...rotationOf(of, kernel, pairing), sizes: 'others' }).spills,
        ),
      ),
  };
}

/** Vector instructions an element with one head, native f16 in multiples of f32. */
function nativeSum(kernel: (typeof sums)[number]): Bar {
  const perElement = (rows: readonly IsaRow[], dtype: RopeDtype, variant: string): number => {
    const wanted = { dtype, variant, pairing: '', sizes: 'powers of two' } as const;
    // An invocation does one chunk.
    return (rowOf(rows, { kernel, ...wanted }).path.vector * bytesPerElement(dtype)) / 16;
  };
  return {
    name: `${kernel} native f16: an element, against f32`,
    atMost: 1.3,
    measure: (rows) => perElement(rows, 'f16', nativeVariant) / perElement(rows, 'f32', ''),
  };
}

/** All of them. */
export const bars: readonly Bar[] = [
  ...variants.flatMap((of) => [
    ...isaPairings.flatMap((pairing) => barsOfKernel(of, pairing)),
    ...ratio(of, 'rotate_at_chunks', 1.7),
    ...ratio(of, 'rerotate_chunks', 2.5),
    ...rotations.map((kernel) => spillsOf(kernel, of)),
  ]),
  ...sums.map(nativeSum),
  ...qkvBars,
];

/** Whether a measured value keeps a bar. NaN keeps none. */
export function isKept({ atMost, atLeast }: Bar, value: number): boolean {
  return value <= (atMost ?? Number.POSITIVE_INFINITY) && value >= (atLeast ?? Number.NEGATIVE_INFINITY);
}

/** How each bar stands, one line each. */
export function barLines(rows: readonly IsaRow[]): string[] {
  return bars.map((bar) => {
    const wanted = bar.atMost === undefined ? `at least ${bar.atLeast}` : `at most ${bar.atMost}`;
    try {
      const value = bar.measure(rows);
      const shown = Number.isInteger(value) ? value : value.toFixed(2);
      return `${isKept(bar, value) ? 'kept  ' : 'MISSED'} ${bar.name}: ${shown}, ${wanted}`;
    } catch {
      return `no row ${bar.name}: ${wanted}`;
    }
  });
}
