import { describe, expect, test } from 'vitest';
import { commandOf, defaultStart, parseBenchArguments, settingsOf, usage } from '../../bench/args';
import { peerNames } from '../../bench/peers/names';
import { presets } from '../../bench/presets';
import { sweepAxes } from '../../bench/sweeps';

describe('arguments of npm run bench', () => {
  test('none: every preset, 1, 32, 512 and 4096 tokens, every dtype, 31 rounds', () => {
    const options = parseBenchArguments([]);
    expect(options).toMatchObject({
      tokens: [1, 32, 512, 4096],
      dtypes: ['f32', 'f16', 'bf16'],
      starts: [defaultStart],
      rounds: 31,
      minSpanMs: 10,
      peers: [],
      json: undefined,
      dawn: false,
      help: false,
    });
    expect(settingsOf(options)).toHaveLength(presets.length * 4 * 3);
  });
  test('lists: by commas or by repeating the option', () => {
    const options = parseBenchArguments(['--preset', 'phi-2,gpt-j-6b', '--tokens', '1', '--tokens=7, 9']);
    expect(options.presets).toEqual(['phi-2', 'gpt-j-6b']);
    expect(options.tokens).toEqual([1, 7, 9]);
  });
  test('settings: models outermost, dtypes innermost', () => {
    const options = parseBenchArguments([
      '--preset',
      'phi-2',
      '--tokens',
      '1,2',
      '--dtype',
      'f16,f32',
      '--start',
      '9',
    ]);
    expect(settingsOf(options)).toEqual([
      { preset: 'phi-2', tokens: 1, dtype: 'f16', start: 9 },
      { preset: 'phi-2', tokens: 1, dtype: 'f32', start: 9 },
      { preset: 'phi-2', tokens: 2, dtype: 'f16', start: 9 },
      { preset: 'phi-2', tokens: 2, dtype: 'f32', start: 9 },
    ]);
  });
  test('--peers is every peer, --subject some; webgpu-rope and the ceiling go without saying', () => {
    expect(parseBenchArguments(['--peers']).peers).toEqual(peerNames);
    expect(parseBenchArguments(['--subject', 'webgpu-rope,naive-trig,ceiling']).peers).toEqual([
      'naive-trig',
    ]);
  });
  test('with peers: from decode to a long prefill, f32 and f16', () => {
    expect(parseBenchArguments(['--subject', 'naive-table'])).toMatchObject({
      tokens: [1, 8, 32, 128, 512, 2048, 8192],
      dtypes: ['f32', 'f16'],
      mode: 'settings',
    });
  });
  test('--costs, --heap and --sweep are kinds of run, one at a time', () => {
    expect(parseBenchArguments(['--costs'])).toMatchObject({
      mode: 'costs',
      tokens: [512, 2048],
      dtypes: ['f32'],
    });
    expect(parseBenchArguments(['--heap', '--encodes', '4096'])).toMatchObject({
      mode: 'heap',
      encodes: 4096,
    });
    expect(parseBenchArguments(['--sweep', 'tokens,batch'])).toMatchObject({
      mode: 'sweep',
      sweeps: ['tokens', 'batch'],
    });
    expect(parseBenchArguments(['--sweep', 'all']).sweeps).toEqual(sweepAxes);
    expect(() => parseBenchArguments(['--heap', '--sweep', 'all'])).toThrow(/one of .* got --heap --sweep/);
  });
  test.each([
    [['--sweep', 'layers'], /--sweep: expected tokens, heads, positions, batch or all, got "layers"/],
    [['--encodes', '1'], /--encodes: expected an integer in 32/],
    [['--subject', 'ort'], /--subject: expected webgpu-rope, ceiling, onnxruntime-web, .* got "ort"/],
    [['--preset', 'llama'], /preset: expected llama-3\.2-1b, .* got "llama"/],
    [['--tokens', '0'], /--tokens: expected an integer in 1\.\.16777216, got "0"/],
    [['--tokens', '1.5'], /--tokens: .* got "1\.5"/],
    [['--tokens', '1,,2'], /--tokens: .* got ""/],
    [['--dtype', 'f64'], /--dtype: expected f32, f16, bf16, got "f64"/],
    [['--rounds', 'many'], /--rounds: .* got "many"/],
    [['--start', '-1'], /--start/],
    [['--token', '1'], /--token/],
    [['phi-2'], /phi-2/],
  ])('%j is refused: %s', (argv, message) => {
    expect(() => parseBenchArguments(argv)).toThrow(message);
  });
  test('the usage names every preset', () => {
    for (const { slug } of presets) expect(usage).toContain(slug);
  });
  test('the command that repeats a run: quoted only where the shell would misread it', () => {
    expect(commandOf('bench', [])).toBe('npm run bench');
    expect(commandOf('tune', ['--tokens', '1,2', '--json', "a b's.json"], 'hardware')).toBe(
      `WEBGPU_ADAPTER=hardware npm run tune -- --tokens 1,2 --json 'a b'\\''s.json'`,
    );
  });
});
