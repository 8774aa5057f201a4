/** `npm run bench -- --costs`: what the package costs on the host, and what its tables cost. */
import type { RopeDtype } from 'webgpu-rope';
import { creationRows, encodeRows, tableKindRows, tableRows } from './cost-rows';
import type { CreationSample } from './harness/creation-costs';
import type { BenchHost } from './host';
import { milliseconds } from './report';
import type { CostRow } from './schema';

export interface CostOptions {
  readonly dtype: RopeDtype;
  readonly rounds: number;
  readonly minSpanMs: number;
  /** Tokens at which the two kinds of table are compared. */
  readonly tokens: readonly number[];
  /** Opens another host: cold pipelines are those of a browser just started. */
  readonly openAnother: () => Promise<BenchHost>;
  readonly onProgress: (text: string) => void;
}

/** Creations that each need a browser or a device of their own. */
const creations = 5;
const tablePositions = [4096, 131_072, 1_048_576];

/** Measures all of it, handing each part on as it is there. */
export async function* measureCosts(host: BenchHost, options: CostOptions): AsyncGenerator<CostRow[]> {
  const { dtype, rounds, minSpanMs, tokens, openAnother, onProgress } = options;
  onProgress('encodes');
  yield encodeRows(await host.encodes({ dtype, rounds }));

  const cold: CreationSample[] = [];
  const fresh: CreationSample[] = [];
  const warm: CreationSample[] = [];
  for (let i = 0; i < Math.min(creations, rounds); i++) {
    onProgress(`createRope, ${i + 1} of ${creations}`);
    const another = await openAnother();
    try {
      const [first, ...others] = await another.creations(dtype, 3);
      cold.push(first as CreationSample);
      warm.push(...others);
      fresh.push(...(await another.creations(dtype, 1)));
    } finally {
      await another.close();
    }
  }
  yield creationRows(cold, fresh, warm);

  onProgress('tables');
  yield tableRows(await host.tables(tablePositions, Math.min(rounds, 11)));

  for (const count of tokens) {
    onProgress(`two-digit against full table, ${count} tokens`);
    yield tableKindRows(await host.tableKinds({ tokens: count, dtype }, { rounds, minSpanMs, peers: [] }));
  }
}

/** The table's first line. */
export const costHead = line('what', 'median', 'p20..p80', '', 'bytes', 'bar', 'note');

/** One line of the table. */
export function costLine({ what, unit, median, p20, p80, bytes, bar, note }: CostRow): string {
  const verdict = bar === undefined ? '' : `<= ${bar} ${(median ?? 0) <= bar ? 'kept' : 'MISSED'}`;
  const range = p20 === undefined || p80 === undefined ? '' : `${milliseconds(p20)}..${milliseconds(p80)}`;
  return line(
    what,
    median === undefined ? '–' : milliseconds(median),
    range,
    unit === 'ratio' ? '' : unit,
    bytes === undefined ? '' : String(bytes),
    verdict,
    note,
  );
}

function line(...cells: readonly string[]): string {
  const widths = [38, -8, 16, 2, -10, 14];
  const padded = cells.map((cell, i) => {
    const width = widths[i] ?? 0;
    return width < 0 ? cell.padStart(-width) : cell.padEnd(width);
  });
  return padded.join('  ').trimEnd();
}
