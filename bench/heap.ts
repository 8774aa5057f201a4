/** `npm run bench -- --heap`: bytes that encodes allocate in JavaScript, by whose code allocates them. */
import type { RopeDtype } from 'webgpu-rope';
import { type DecodeCase, decodeCases } from './harness/decode-cases';
import { type HeapNode, heapShares } from './heap-profile';
import type { BenchHost } from './host';
import type { HeapRow } from './schema';

export interface HeapOptions {
  readonly encodes: number;
  readonly dtype: RopeDtype;
  /** Default all. */
  readonly cases?: readonly DecodeCase[];
  /** Encodes before the profile begins, so that the code has been compiled as far as it will be. Default 50 000. */
  readonly warmUp?: number;
  readonly onProgress?: (text: string) => void;
}

/** Bytes between samples, on average. */
const samplingInterval = 256;

/**
 * Profiles the heap over many encodes of each case. What is collected meanwhile counts as well: it is allocation that is
 * asked for, not what stays.
 *
 * @throws {Error} the host is no V8
 */
export async function* profileHeap(host: BenchHost, options: HeapOptions): AsyncGenerator<HeapRow> {
  const { encodes, dtype, cases = decodeCases, warmUp = 50_000, onProgress = () => {} } = options;
  const protocol = await host.protocol();
  await protocol('HeapProfiler.enable');
  let bare: number | undefined;
  for (const name of new Set<DecodeCase>(['WebGPU calls alone', ...cases])) {
    onProgress(`${name}: warming up`);
    await host.openDecode(name, dtype);
    await host.runDecode(warmUp);
    onProgress(`${name}: ${encodes} encodes`);
    await protocol('HeapProfiler.collectGarbage');
    await protocol('HeapProfiler.startSampling', {
      samplingInterval,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    });
    const count = await host.runDecode(encodes);
    const { profile } = (await protocol('HeapProfiler.stopSampling')) as { profile: { head: HeapNode } };
    const { bytes, spots } = heapShares(profile.head);
    bare ??= bytes.harness / count;
    yield {
      name,
      dtype,
      encodes: count,
      oursPerEncode: bytes['webgpu-rope'] / count,
      harnessPerEncode: bytes.harness / count,
      inlinedPerEncode: Math.max(0, bytes.harness / count - bare),
      restPerEncode: bytes.rest / count,
      spots,
    };
  }
}

/** The table's first line. */
export const heapHead = line('encodes', 'dtype', 'count', 'webgpu-rope', 'inlined', 'harness', 'rest');

/** The lines of one case: bytes an encode, and below them our own functions that allocate 0.01 bytes or more. */
export function heapLines(row: HeapRow): string[] {
  const { name, dtype, encodes, spots } = row;
  const { oursPerEncode, inlinedPerEncode, harnessPerEncode, restPerEncode } = row;
  const cells = [oursPerEncode, inlinedPerEncode, harnessPerEncode, restPerEncode].map((bytes) =>
    bytes.toFixed(2),
  );
  return [
    line(name, dtype, String(encodes), ...cells),
    ...spots
      .filter(({ bytes }) => bytes / encodes >= 0.01)
      .map(({ where, bytes }) => `  ${(bytes / encodes).toFixed(2)} ${where}`),
  ];
}

/** What stands below the table. */
export const heapLegend = `Bytes an encode, from V8's sampling heap profiler (a sample every ${samplingInterval} bytes, collected objects counted), warmed up before.
harness: the benchmark's own functions, with WebGPU's encoders, passes and command buffers; inlined: what they have more than with
the WebGPU calls alone, which is ours where V8 inlined it. A new start each encode fills a chunk of parameter slots in 1024
encodes: one buffer and one bind group are made then.`;

function line(...cells: readonly string[]): string {
  const widths = [22, 5, -9, -11, -9, -9, -9];
  const padded = cells.map((cell, i) => {
    const width = widths[i] ?? 0;
    return width < 0 ? cell.padStart(-width) : cell.padEnd(width);
  });
  return padded.join('  ').trimEnd();
}
