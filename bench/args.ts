import { parseArgs } from 'node:util';
import { type RopeDtype, ropeDtypes } from '../src/dtypes';
import { peerNames } from './peers/names';
import { presetBySlug, presets } from './presets';
import { qkvModel, qkvModels, qkvWorks } from './qkv/cases';
import type { SweepAxis } from './schema';
import { sweepAxes } from './sweeps';

/** What a run measures: settings one by one, host costs, the heap, sweeps, or all between projections and attention. */
export type BenchMode = 'settings' | 'costs' | 'heap' | 'sweep' | 'qkv';

/** What `npm run bench` was asked to do. */
export interface BenchArguments {
  readonly mode: BenchMode;
  /** Axes to sweep. */
  readonly sweeps: readonly SweepAxis[];
  /** Encodes that a heap profile covers. */
  readonly encodes: number;
  readonly presets: readonly string[];
  readonly tokens: readonly number[];
  readonly dtypes: readonly RopeDtype[];
  /** Positions of the first token. */
  readonly starts: readonly number[];
  /** What to measure beside webgpu-rope and the ceiling. */
  readonly peers: readonly string[];
  readonly rounds: number;
  readonly minSpanMs: number;
  /** File to write the results to. */
  readonly json: string | undefined;
  /** Measure through Dawn in Node, without a browser. */
  readonly dawn: boolean;
  readonly help: boolean;
}

/** Both digits of the two-digit tables count here; position 0 would be the identity, which checks nothing. */
export const defaultStart = 5000;

/** From decode to a long prefill: where peers are met. */
const peerTokens = [1, 8, 32, 128, 512, 2048, 8192];
/** Prefills at which the two kinds of table are compared. */
const costTokens = [512, 2048];

export const usage = `Times webgpu-rope on this machine's GPU, beside an in-place multiply over the same bytes (the ceiling).

  npm run bench -- [options]            rotations, one setting after the other
  npm run bench -- --costs [options]    host time an encode, createRope, table builds; two-digit against full tables
  npm run bench -- --heap [options]     bytes an encode allocates in JavaScript, by whose code
  npm run bench -- --qkv [options]      norms, rotation and cache writes: one encode, separate kernels, with --peers onnxruntime-web
  npm run bench -- --sweep AXIS,…       how cost grows: ${sweepAxes.join(', ')} or all, the rest as Llama-3.1-8B has it

  --preset SLUG,…    ${presets.map((preset) => preset.slug).join(', ')} (default: all);
                     with --qkv ${qkvModels.map((model) => model.slug).join(', ')}
  --tokens N,…       default 1,32,512,4096; with peers ${peerTokens.join()}; for --costs ${costTokens.join()}
  --dtype TYPE,…     ${ropeDtypes.join(', ')} (default: all; f32,f16 with peers and sweeps, f32 for costs and heap)
  --start N,…        position of the first token (default ${defaultStart})
  --peers            measure every peer beside it
  --subject NAME,…   measure these peers: ${peerNames.join(', ')}
  --rounds N         samples of each subject (default 31)
  --encodes N        what a heap profile covers (default 100000)
  --span MS          a timed span lasts at least this long (default 10)
  --json FILE        write the results there as well
  --dawn             without a browser, through the npm package webgpu
  --help

Lists are separated by commas or given by repeating the option. WEBGPU_ADAPTER=hardware or swiftshader picks an adapter.
Example: npm run bench -- --preset llama-3.1-8b --tokens 1,512 --dtype f16
What the numbers mean: bench/README.md.`;

/**
 * Reads the command line.
 *
 * @param argv Without the program and the script.
 * @throws {TypeError | RangeError} an option is unknown or its value is none it may have
 */
export function parseBenchArguments(argv: readonly string[]): BenchArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      preset: { type: 'string', multiple: true },
      tokens: { type: 'string', multiple: true },
      dtype: { type: 'string', multiple: true },
      start: { type: 'string', multiple: true },
      peers: { type: 'boolean' },
      subject: { type: 'string', multiple: true },
      rounds: { type: 'string' },
      span: { type: 'string' },
      json: { type: 'string' },
      costs: { type: 'boolean' },
      heap: { type: 'boolean' },
      qkv: { type: 'boolean' },
      sweep: { type: 'string', multiple: true },
      encodes: { type: 'string' },
      dawn: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const sweeps = list(values.sweep)?.flatMap(axis) ?? [];
  const peers = values.peers ? peerNames : (list(values.subject)?.flatMap(peer) ?? []);
  const mode = modeOf({ costs: values.costs, heap: values.heap, qkv: values.qkv, sweep: sweeps.length > 0 });
  return {
    mode,
    sweeps,
    encodes: values.encodes === undefined ? 100_000 : integer('encodes', values.encodes, 32, 10_000_000),
    presets: slugsOf(mode, list(values.preset)),
    tokens:
      list(values.tokens)?.map((text) => integer('tokens', text, 1, 2 ** 24)) ?? defaultTokens(mode, peers),
    dtypes: list(values.dtype)?.map(dtype) ?? defaultDtypes(mode, peers),
    starts: list(values.start)?.map((text) => integer('start', text, 0, 2 ** 24 - 1)) ?? [defaultStart],
    peers,
    rounds: values.rounds === undefined ? 31 : integer('rounds', values.rounds, 1, 10_000),
    minSpanMs: values.span === undefined ? 10 : integer('span', values.span, 1, 10_000),
    json: values.json,
    dawn: values.dawn ?? false,
    help: values.help ?? false,
  };
}

/** The settings these arguments span, models outermost. */
export function settingsOf({ presets: slugs, tokens, dtypes, starts }: BenchArguments) {
  return slugs.flatMap((preset) =>
    starts.flatMap((start) =>
      tokens.flatMap((count) => dtypes.map((dtype) => ({ preset, tokens: count, dtype, start }))),
    ),
  );
}

/**
 * The command that repeats a run; what the shell could misread is quoted.
 *
 * @param script The npm script.
 * @param adapter The environment variable WEBGPU_ADAPTER.
 */
export function commandOf(script: string, argv: readonly string[], adapter?: string): string {
  const quoted = argv.map((word) =>
    /^[\w./:,=@+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`,
  );
  const words = [`npm run ${script}`, ...(quoted.length > 0 ? ['--', ...quoted] : [])];
  return [...(adapter ? [`WEBGPU_ADAPTER=${adapter}`] : []), ...words].join(' ');
}

function slugsOf(mode: BenchMode, asked: readonly string[] | undefined): readonly string[] {
  if (mode === 'qkv') return (asked ?? qkvModels.map(({ slug }) => slug)).map((slug) => qkvModel(slug).slug);
  return (asked ?? presets.map(({ slug }) => slug)).map((slug) => presetBySlug(slug).slug);
}

function defaultTokens(mode: BenchMode, peers: readonly string[]): readonly number[] {
  if (mode === 'costs') return costTokens;
  if (mode === 'qkv') return qkvWorks.map(({ tokens }) => tokens);
  return peers.length > 0 ? peerTokens : [1, 32, 512, 4096];
}

function defaultDtypes(mode: BenchMode, peers: readonly string[]): readonly RopeDtype[] {
  if (mode === 'costs' || mode === 'heap' || mode === 'qkv') return ['f32'];
  return mode === 'sweep' || peers.length > 0 ? ['f32', 'f16'] : ropeDtypes;
}

function modeOf(asked: Readonly<Record<'costs' | 'heap' | 'qkv' | 'sweep', boolean | undefined>>): BenchMode {
  const modes = (['costs', 'heap', 'qkv', 'sweep'] as const).filter((mode) => asked[mode]);
  if (modes.length > 1)
    throw new RangeError(`expected one of --costs, --heap, --qkv and --sweep, got --${modes.join(' --')}`);
  return modes[0] ?? 'settings';
}

function axis(name: string): readonly SweepAxis[] {
  if (name === 'all') return sweepAxes;
  const found = sweepAxes.find((each) => each === name);
  if (!found) throw new RangeError(`--sweep: expected ${sweepAxes.join(', ')} or all, got "${name}"`);
  return [found];
}

function list(values: readonly string[] | undefined): string[] | undefined {
  return values?.flatMap((value) => value.split(',')).map((value) => value.trim());
}

function integer(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (text === '' || !Number.isInteger(value) || value < low || value > high) {
    throw new RangeError(`--${name}: expected an integer in ${low}..${high}, got "${text}"`);
  }
  return value;
}

function dtype(text: string): RopeDtype {
  const found = ropeDtypes.find((name) => name === text);
  if (!found) throw new RangeError(`--dtype: expected ${ropeDtypes.join(', ')}, got "${text}"`);
  return found;
}

/** webgpu-rope and the ceiling may be named, and are measured whether or not they are. */
function peer(name: string): string[] {
  if (name === 'webgpu-rope' || name === 'ceiling') return [];
  if (!peerNames.includes(name)) {
    throw new RangeError(`--subject: expected webgpu-rope, ceiling, ${peerNames.join(', ')}, got "${name}"`);
  }
  return [name];
}
