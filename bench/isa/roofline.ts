/**
 * Time that memory takes beside time that arithmetic takes, for rotations of Llama-3.1-8B, computed from the counts of
 * survey.ts. Nothing is measured: whichever is longer is what a perfect machine would need.
 */
import { bytesPerElement, type RopeDtype } from '../../src/dtypes';
import { defaultTuning, headGroups } from '../../src/kernel/tuning';
import type { Counts } from './counts';
import type { IsaRow } from './survey';

/** Llama-3.1-8B. */
const heads = 32 + 8;
const headDim = 128;
export const rooflineTokens = [1, 512, 4096];

interface Machine {
  readonly name: string;
  readonly bytesPerSecond: number;
  /** Units that each issue one instruction of a wave at a time, and what they do in a second. */
  readonly units: number;
  readonly hertz: number;
  /** Invocations in a wave. */
  readonly wave: number;
  /** Cycles that a unit takes for these instructions of a wave. */
  cycles(counts: Counts): number;
}

export const machines: readonly Machine[] = [
  {
    // 160 SIMD32 at 2.1 GHz: a wave of 64 takes 2 cycles an instruction, 8 at a quarter of the rate.
    name: 'navi21',
    bytesPerSecond: 512e9,
    units: 160,
    hertz: 2.1e9,
    wave: 64,
    cycles: ({ vector, slow }) => 2 * (vector - slow) + 8 * slow,
  },
  {
    // 528 quarters of an SM at 1.755 GHz. AMD's instructions stand in for its own: 1 cycle a warp for floats, 2 for integers
    // and conversions.
    name: 'H100-class',
    bytesPerSecond: 3.35e12,
    units: 528,
    hertz: 1.755e9,
    wave: 32,
    cycles: ({ vector, float }) => float + 2 * (vector - float),
  },
];

/** Vector instructions an element that other kernels take on navi21 at 512 tokens, as an earlier version of this tool counted. */
export const peerInstructions: readonly (readonly [peer: string, perElement: number])[] = [
  ['ratchet', 15.5],
  ['ExecuTorch', 35.5],
  ['ggml', 52],
  ['onnxruntime, fused', 66],
];

/** Heads that an invocation walks, and which row counts for it: by the tuning of a real GPU. */
function launchOf(
  dtype: RopeDtype,
  tokens: number,
): { headsPerInvocation: number; arePowers: boolean; units: number } {
  // A device that does not say what its adapter is counts as a real GPU.
  const tuning = defaultTuning({ adapterInfo: undefined } as unknown as GPUDevice);
  const units = headDim / (32 / bytesPerElement(dtype));
  const groups = headGroups(tuning, units * tokens, heads);
  return { headsPerInvocation: heads / groups, arePowers: Number.isInteger(Math.log2(groups)), units };
}

/** Times of one dtype at one size. */
export interface RooflinePoint {
  readonly dtype: RopeDtype;
  readonly variant: string;
  readonly tokens: number;
  /** Vector instructions an element. */
  readonly perElement: number;
  /** Of each machine, in microseconds. */
  readonly times: readonly {
    readonly machine: string;
    readonly memory: number;
    readonly arithmetic: number;
  }[];
}

/** One point for each dtype and size that rows of rotate_chunks, pairing half, are there for. */
export function rooflineOf(rows: readonly IsaRow[]): RooflinePoint[] {
  const ours = rows.filter(({ kernel, pairing }) => kernel === 'rotate_chunks' && pairing === 'half');
  const points: RooflinePoint[] = [];
  for (const tokens of rooflineTokens) {
    for (const { dtype, variant, sizes, before, perStep } of ours) {
      const { headsPerInvocation, arePowers, units } = launchOf(dtype, tokens);
      if (perStep === undefined || (sizes !== 'all' && (sizes === 'powers of two') !== arePowers)) continue;
      const elements = tokens * heads * headDim;
      const bytes = 2 * elements * bytesPerElement(dtype);
      const steps = tokens * heads * units;
      const times = machines.map((machine) => {
        const cycles = machine.cycles(before) / headsPerInvocation + machine.cycles(perStep);
        const waves = steps / machine.wave;
        return {
          machine: machine.name,
          memory: (1e6 * bytes) / machine.bytesPerSecond,
          arithmetic: (1e6 * waves * cycles) / machine.units / machine.hertz,
        };
      });
      const perElement = ((before.vector / headsPerInvocation + perStep.vector) * steps) / elements;
      points.push({ dtype, variant, tokens, perElement, times });
    }
  }
  return points;
}

const cell = (microseconds: number): string =>
  microseconds < 10 ? microseconds.toPrecision(2) : microseconds.toFixed(0);

/** Markdown of these points, with the peers' numbers below. */
export function rooflineMarkdown(points: readonly RooflinePoint[], madeBy: string): string {
  const columns = machines.flatMap(({ name }) => [`${name}: memory`, 'arithmetic']);
  const head = ['tokens', 'dtype', 'vector instructions an element', ...columns];
  const lines = points.map(({ dtype, variant, tokens, perElement, times }) => [
    String(tokens),
    variant === '' ? dtype : variant,
    perElement.toFixed(1),
    ...times.flatMap(({ memory, arithmetic }) => [memory, arithmetic].map(cell)),
  ]);
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const peers = peerInstructions.map(([peer, perElement]) => `${peer} ${perElement}`).join(', ');
  const ours = points
    .filter(({ tokens }) => tokens === 512)
    .map(({ dtype, variant, perElement }) => `${variant || dtype} ${perElement.toFixed(1)}`);
  return [
    `Computed, not measured (${madeBy}); microseconds for Llama-3.1-8B, 32 + 8 heads of 128, "half":`,
    '',
    row(head),
    row(head.map((_, at) => (at === 1 ? '---' : '--:'))),
    ...lines.map(row),
    '',
    `Vector instructions an element of other kernels, counted by an earlier version of this tool for navi21, 512 tokens: ${peers}. Ours above: ${ours.join(', ')}.`,
  ].join('\n');
}
