/** One table a family, for the terminal. */
import type { Widths } from './counts';
import type { IsaResult, IsaRow } from './survey';

/** "6x16 1x4": accesses by bytes. */
export function widthsText(widths: Widths): string {
  const parts = Object.entries(widths).sort(([a], [b]) => Number(b) - Number(a));
  return parts.map(([bytes, count]) => `${count}x${bytes}`).join(' ') || '-';
}

/** A kernel and its variant in words. */
export function titleOf({ kernel, dtype, pairing, variant, sizes }: Omit<IsaRow, 'before'>): string {
  const about = [pairing, variant, sizes === 'all' ? '' : sizes].filter((part) => part !== '');
  return [kernel, dtype, about.join(', ')].join(' ').trim();
}

const columns: readonly (readonly [head: string, cell: (row: IsaRow) => string | number])[] = [
  ['kernel', titleOf],
  ['VGPR', (row) => row.vectorRegisters],
  ['SGPR', (row) => row.scalarRegisters],
  ['spills', (row) => row.spills],
  ['LDS', (row) => row.workgroupBytes],
  ['waves', (row) => row.waves],
  ['before: vector', (row) => row.before.vector],
  ['scalar', (row) => row.before.scalar],
  ['a step: vector', (row) => row.perStep?.vector ?? '-'],
  ['scalar', (row) => row.perStep?.scalar ?? '-'],
  ['step', (row) => row.step || '-'],
  ['loads', (row) => widthsText(row.path.loads)],
  ['stores', (row) => widthsText(row.path.stores)],
  ['trips: vector', (row) => row.tripsBeforeStore.vector],
  ['all', (row) => row.tripsBeforeStore.all],
];

/** What the columns mean. */
export const legend = `Registers, bytes of workgroup memory (LDS) and waves of 64 a SIMD as the driver says. Along the path of one invocation:
vector and scalar instructions before the first step of its loop and of each step (a head, 16 dims of compare_rows); loads and
stores of a path with one step, count x bytes; trips to memory one after the other before the first store, vector ones and all.`;

/** The table of a family with a line that says what it was compiled by. */
export function tableOf({ family, driver, webgpu, date, rows }: IsaResult): string {
  const cells = [
    columns.map(([head]) => head),
    ...rows.map((row) => columns.map(([, cell]) => String(cell(row)))),
  ];
  const widths = columns.map((_, at) => Math.max(...cells.map((line) => (line[at] as string).length)));
  const lines = cells.map((line) =>
    line
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] as number) : cell.padStart(widths[at] as number)))
      .join('  '),
  );
  return [`${family}: ${driver}, Dawn of webgpu ${webgpu}, ${date.slice(0, 10)}`, '', ...lines].join('\n');
}
