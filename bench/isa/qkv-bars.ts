/** What the qkv kernels may take of a GPU's registers: all of a head stays in them, its norm included. */
import { ropeDtypes } from '../../src/dtypes';
import type { Bar } from './bar';
import { nativeVariant } from './kernels';
import type { IsaRow } from './survey';

export const qkvKernels = ['qkv_chunks', 'qkv_words'] as const;

const mostRegisters = 128;

interface Wanted {
  readonly kernel: string;
  readonly dtype: string;
  readonly variant: string;
}

/** The most of a count over both pairings. NaN where there is no such row. */
function mostOf(rows: readonly IsaRow[], wanted: Wanted, count: (row: IsaRow) => number): number {
  const { kernel, dtype, variant } = wanted;
  const of = rows.filter((row) => row.kernel === kernel && row.dtype === dtype && row.variant === variant);
  return of.length === 0 ? Number.NaN : Math.max(...of.map(count));
}

function barsOf(wanted: Wanted): Bar[] {
  const title = [wanted.kernel, wanted.dtype, wanted.variant].join(' ').trim();
  return [
    {
      name: `${title}: spilled registers`,
      atMost: 0,
      measure: (rows) => mostOf(rows, wanted, ({ spills }) => spills),
    },
    {
      name: `${title}: vector registers`,
      atMost: mostRegisters,
      measure: (rows) => mostOf(rows, wanted, ({ vectorRegisters }) => vectorRegisters),
    },
  ];
}

/** In every dtype, with a norm of each head and without. */
export const qkvBars: readonly Bar[] = qkvKernels.flatMap((kernel) =>
  ['', 'norm per head'].flatMap((norm) => [
    ...ropeDtypes.flatMap((dtype) => barsOf({ kernel, dtype, variant: norm })),
    ...barsOf({
      kernel,
      dtype: 'f16',
      variant: [norm, nativeVariant].filter((part) => part !== '').join(', '),
    }),
  ]),
);
