import { parseArgs } from 'node:util';
import type { RopeDtype } from '../src/gpu/dtype';
import { ropeDtypes } from '../src/gpu/dtype';
import { peerNames } from './peers/names';
import { presetBySlug, presets } from './presets';

/** What `npm run bench` was asked to do. */
export interface BenchArguments {
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

export const usage = `Times webgpu-rope on this machine's GPU, beside an in-place multiply over the same bytes (the ceiling).

  npm run bench -- [options]

  --preset SLUG,…    ${presets.map((preset) => preset.slug).join(', ')} (default: all)
  --tokens N,…       default 1,32,512,4096
  --dtype TYPE,…     ${ropeDtypes.join(', ')} (default: all)
  --start N,…        position of the first token (default ${defaultStart})
  --peers            measure every peer beside it
  --subject NAME,…   measure these peers: ${peerNames.join(', ')}
  --rounds N         samples of each subject (default 31)
  --span MS          a timed span lasts at least this long (default 10)
  --json FILE        write the results there as well
  --dawn             without a browser, through the npm package webgpu (npm install --no-save webgpu@0.6.2)
  --help

Lists are separated by commas or given by repeating the option. WEBGPU_ADAPTER=hardware or swiftshader picks an adapter.
Example: npm run bench -- --preset llama-3.1-8b --tokens 1,512 --dtype f16`;

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
      dawn: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const slugs = list(values.preset) ?? presets.map((preset) => preset.slug);
  return {
    presets: slugs.map((slug) => presetBySlug(slug).slug),
    tokens: list(values.tokens)?.map((text) => integer('tokens', text, 1, 2 ** 24)) ?? [1, 32, 512, 4096],
    dtypes: list(values.dtype)?.map(dtype) ?? ropeDtypes,
    starts: list(values.start)?.map((text) => integer('start', text, 0, 2 ** 24 - 1)) ?? [defaultStart],
    peers: values.peers ? peerNames : (list(values.subject)?.flatMap(peer) ?? []),
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
