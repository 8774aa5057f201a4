import { describe, expect, test } from 'vitest';
import { ropeConfigFromHuggingFace, ropeDtypes } from 'webgpu-rope';
import { defaultStart } from '../../bench/args';
import { presets } from '../../bench/presets';
import {
  capacity,
  choiceFromQuery,
  defaultChoice,
  dtypeChoices,
  lastStart,
  parseStart,
  queryOfChoice,
} from '../../demo/panels/check/choice';
import { modelOf } from '../../demo/panels/check/model';
import { snippetOf } from '../../demo/panels/check/snippet';

describe('the choice in the address', () => {
  test('comes back as it went', () => {
    const choice = { preset: 'phi-2', tokens: 4096, dtype: 'bf16', start: 131_071 } as const;
    const query = queryOfChoice(choice, '?autorun=1');
    expect(query).toBe('?autorun=1&preset=phi-2&tokens=4096&dtype=bf16&start=131071');
    expect(choiceFromQuery(query)).toEqual({ choice, problems: [] });
    expect(choiceFromQuery('')).toEqual({ choice: defaultChoice, problems: [] });
  });

  test('offers every dtype that the package has', () => {
    expect(dtypeChoices).toEqual(ropeDtypes);
  });

  test('begins where the benchmark does', () => {
    expect(defaultChoice.start).toBe(defaultStart);
  });

  for (const [name, value] of [
    ['preset', 'gpt-9'],
    ['tokens', '7'],
    ['dtype', 'f64'],
    ['start', '-1'],
    ['start', '1.5'],
    ['start', String(capacity)],
  ] as const) {
    test(`${name}=${value}: named, and the default taken`, () => {
      const { choice, problems } = choiceFromQuery(`?${name}=${value}`);
      expect(choice).toEqual(defaultChoice);
      expect(problems).toEqual([expect.stringMatching(`^${name}: expected .* got “${value}”$`)]);
    });
  }

  test('a start may be grouped, and must leave room for the tokens', () => {
    expect(parseStart('131 071', 1)).toBe(131_071);
    expect(parseStart('131,071', 1)).toBe(131_071);
    expect(parseStart(String(lastStart(4096)), 4096)).toBe(capacity - 4096);
    for (const text of ['', 'abc', '1e3', '0x10', '-5', String(lastStart(4096) + 1)]) {
      expect(parseStart(text, 4096), text).toBeUndefined();
    }
  });
});

describe('the snippet, run against stand-ins, makes the calls of the choice', () => {
  for (const preset of presets) {
    test(preset.slug, async () => {
      const choice = { preset: preset.slug, tokens: 32, dtype: 'f16', start: 131_071 } as const;
      const model = modelOf(preset.slug);
      const calls: unknown[] = [];
      const record =
        (name: string, result?: unknown) =>
        (...args: unknown[]) => {
          calls.push([name, ...args]);
          return result;
        };
      const pass = { end: record('end') };
      const encoder = { beginComputePass: () => pass, finish: () => 'commands' };
      const device = { createCommandEncoder: () => encoder, queue: { submit: record('submit') } };
      const rope = { bind: record('bind', { encode: record('encode') }) };
      const [importLine, ...lines] = snippetOf(model, choice).split('\n');
      expect(importLine).toBe(
        "import { createRope, requestRopeDevice, ropeConfigFromHuggingFace } from 'webgpu-rope';",
      );
      const names = ['createRope', 'requestRopeDevice', 'ropeConfigFromHuggingFace', 'q', 'k'];
      const body = `return (async () => {${lines.join('\n')}})()`;
      await new Function(...names, body)(
        record('createRope', rope),
        () => device,
        ropeConfigFromHuggingFace,
        'the Q buffer',
        'the K buffer',
      );
      expect(calls).toEqual([
        ['createRope', device, model.config, { dtypes: ['f16'] }],
        [
          'bind',
          {
            q: { buffer: 'the Q buffer', heads: preset.qHeads },
            k: { buffer: 'the K buffer', heads: preset.kHeads },
            dtype: 'f16',
          },
        ],
        ['encode', pass, { tokens: 32, start: 131_071 }],
        ['end'],
        ['submit', ['commands']],
      ]);
    });
  }
});
