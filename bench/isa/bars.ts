/**
 * What the kernels may cost on navi21, with the bounds checks that WebGPU makes there, by Mesa 22.3's compiler. Another
 * version counts otherwise, so that the bars hold for this one only.
 */
import type { RopeDtype } from '../../src/dtypes';
import type { Bar } from './bar';
import { nativeVariant, type Sizes } from './kernels';
import { qkvBars, qkvKernels } from './qkv-bars';
import { type IsaPairing, isaPairings } from './shape';
import type { IsaRow } from './survey';

export const barFamily = 'navi21';
/** What the driver calls itself begins so, somewhere. */
export const barDriver = /Mesa 22\.3\./;
const ropeKernels = ['rotate_chunks', 'rotate_at_chunks', 'rerotate_chunks'] as const;
export const barKernels = [...ropeKernels, ...qkvKernels] as const;

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

interface Wanted {
  readonly kernel: string;
  readonly of: Variant;
  readonly pairing: IsaPairing;
  readonly sizes: Sizes;
}

function rowOf(rows: readonly IsaRow[], { kernel, of, pairing, sizes }: Wanted): IsaRow {
  const found = rows.find(
    (row) =>
      row.kernel === kernel &&
      row.dtype === of.dtype &&
      row.variant === of.variant &&
      row.pairing === pairing &&
      (row.sizes === sizes || row.sizes === 'all'),
  );
  if (found === undefined) throw new RangeError(`rows: expected ${kernel} ${of.title} ${pairing}, got none`);
  return found;
}

const narrowAccesses = ({ path }: IsaRow): number =>
  [path.loads, path.stores]
    .flatMap((widths) => Object.entries(widths))
    .reduce((sum, [bytes, count]) => sum + (bytes === '16' ? 0 : count), 0);

function barsOfKernel(of: Variant, pairing: IsaPairing): Bar[] {
  const wanted = { kernel: 'rotate_chunks', of, pairing, sizes: 'others' } as const;
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
      const wanted = { of, pairing: 'half', sizes } as const;
      const before = (name: string): number => rowOf(rows, { kernel: name, ...wanted }).before.vector;
      return before(kernel) / before('rotate_chunks');
    },
  }));
}

function spillsOf(kernel: string, of: Variant): Bar {
  return {
    name: `${kernel} ${of.title}: spilled registers`,
    atMost: 0,
    measure: (rows) =>
      Math.max(...isaPairings.map((pairing) => rowOf(rows, { kernel, of, pairing, sizes: 'others' }).spills)),
  };
}

/** All of them. */
export const bars: readonly Bar[] = [
  ...variants.flatMap((of) => [
    ...isaPairings.flatMap((pairing) => barsOfKernel(of, pairing)),
    ...ratio(of, 'rotate_at_chunks', 1.7),
    ...ratio(of, 'rerotate_chunks', 2.5),
    ...ropeKernels.map((kernel) => spillsOf(kernel, of)),
  ]),
  ...qkvBars,
];

/** Bars that the kernels do not meet yet, by their names. */
const pending: readonly RegExp[] = [
  /^rotate_chunks (native |b)?f16 \w+: before the first head, powers/,
  /^rotate_chunks native f16 \w+: a head/,
  /^rotate_chunks f32 half: a head/,
  /: all trips$/,
  /^rerotate_chunks .* against/,
];

/** Bars that the test holds the kernels to. */
export const heldBars: readonly Bar[] = bars.filter(
  ({ name }) => !pending.some((pattern) => pattern.test(name)),
);

/** Whether a measured value keeps a bar. NaN keeps none. */
export function isKept({ atMost, atLeast }: Bar, value: number): boolean {
  return value <= (atMost ?? Number.POSITIVE_INFINITY) && value >= (atLeast ?? Number.NEGATIVE_INFINITY);
}

/** How each bar stands, one line each. */
export function barLines(rows: readonly IsaRow[]): string[] {
  return bars.map((bar) => {
    const wanted = bar.atMost === undefined ? `at least ${bar.atLeast}` : `at most ${bar.atMost}`;
    const state = heldBars.includes(bar) ? '' : ' (not held yet)';
    try {
      const value = bar.measure(rows);
      const shown = Number.isInteger(value) ? value : value.toFixed(2);
      return `${isKept(bar, value) ? 'kept  ' : 'MISSED'} ${bar.name}: ${shown}, ${wanted}${state}`;
    } catch {
      return `no row ${bar.name}: ${wanted}${state}`;
    }
  });
}
