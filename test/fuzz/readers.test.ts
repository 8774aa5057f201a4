import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ropeConfigFromGguf,
  ropeConfigFromHuggingFace,
  ropeConfigsFromGguf,
  ropeConfigsFromHuggingFace,
  ropeFrequencies,
} from 'webgpu-rope';
import gguf from '../golden/llamacpp.json';
import huggingFace from '../golden/real-configs.json';
import { runs } from './runs';

// Real configs with something done to them: the readers say what it means, or say clearly what is wrong. Never a number that is none, an
// error of the engine's own, a message that floods a log, a changed prototype. `FUZZ_RUNS` and `SEED` make it longer or repeat it.

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What may stand where a config has a value. */
const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[
      null,
      undefined,
      true,
      false,
      '',
      'constructor',
      '__proto__',
      'toString',
      'full_attention',
      'yarn',
      'default',
    ],
    ...[0, -0, 1, -1, 0.5, 1e9, 1e300, 2 ** 31, 2 ** 53, Number.NaN, Infinity, -Infinity, 5e-324],
    ...[10n, Symbol('value'), () => 1, new Date(0), new Map(), /x/, 'x'.repeat(100_000)],
  ),
  fc.integer(),
  fc.double(),
  fc.string(),
  fc.array(fc.oneof(fc.integer(), fc.constantFrom<unknown>(null, 'sliding_attention', 1n)), { maxLength: 5 }),
  fc.dictionary(fc.string(), fc.anything(), { maxKeys: 3 }),
);

/** Keys that are read somewhere, and some that every object has. */
const keys = fc.constantFrom(
  ...[...new Set(huggingFace.flatMap(({ config }) => Object.keys(config)))],
  ...[
    'rope_scaling',
    'rope_parameters',
    'layer_types',
    'text_config',
    'vision_config',
    'model_type',
    'no_rope_layers',
  ],
  ...['constructor', 'toString', 'hasOwnProperty', 'valueOf', 'then'],
);

interface Mutation {
  readonly at: number;
  readonly key: string;
  readonly value: unknown;
  readonly kind: 'replace' | 'remove' | 'add';
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(),
  key: keys,
  value: hostile,
  kind: fc.constantFrom('replace', 'replace', 'remove', 'add'),
});

/** Objects of a config, itself first. */
function objectsOf(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const own = value as Record<string, unknown>;
  return [own, ...Object.values(own).flatMap(objectsOf)];
}

function mutated(config: Json, mutations: readonly Mutation[]): Record<string, unknown> {
  const copy = structuredClone(config) as Record<string, unknown>;
  // Those of the real config alone: what is put in stays as it was drawn.
  const objects = objectsOf(copy);
  for (const { at, key, value, kind } of mutations) {
    const object = objects[at % objects.length]!;
    const own = Object.keys(object);
    const name = kind === 'add' || own.length === 0 ? key : own[at % own.length]!;
    if (kind === 'remove') delete object[name];
    else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return copy;
}

/** What a reader made of it: configs that can be used, or its error. */
function outcomeOf(read: () => unknown): unknown {
  let result: unknown;
  try {
    result = read();
  } catch (error) {
    const { name, message } = error as Error;
    expect(['TypeError', 'RangeError'], String(message)).toContain(name);
    expect(message).toMatch(/: expected /);
    expect(message.length, message).toBeLessThan(1500);
    return `${name}: ${message}`;
  }
  for (const object of objectsOf(result)) {
    if (!('headDim' in object)) continue;
    const { inverseFrequencies, attentionFactor } = ropeFrequencies(object as never);
    expect(inverseFrequencies.every((frequency) => Number.isFinite(frequency) && frequency >= 0)).toBe(true);
    expect(Number.isFinite(attentionFactor)).toBe(true);
  }
  return result;
}

const readers = {
  ropeConfigFromHuggingFace: {
    read: ropeConfigFromHuggingFace,
    configs: huggingFace.map(({ config }) => config),
  },
  ropeConfigsFromHuggingFace: {
    read: ropeConfigsFromHuggingFace,
    configs: huggingFace.map(({ config }) => config),
  },
  ropeConfigFromGguf: { read: ropeConfigFromGguf, configs: gguf.map(({ metadata }) => metadata) },
  ropeConfigsFromGguf: { read: ropeConfigsFromGguf, configs: gguf.map(({ metadata }) => metadata) },
} as unknown as Record<string, { read: (config: unknown) => unknown; configs: Json[] }>;

describe.each(Object.entries(readers))('%s', (_, { read, configs }) => {
  const config = fc.constantFrom(...configs);

  test('a config with something done to it: read, or refused with words', () => {
    const prototype = JSON.stringify(Reflect.ownKeys(Object.prototype).map(String));
    fc.assert(
      fc.property(config, fc.array(mutation, { minLength: 1, maxLength: 4 }), (real, mutations) => {
        const given = mutated(real, mutations);
        outcomeOf(() => read(given));
        expect(JSON.stringify(Reflect.ownKeys(Object.prototype).map(String))).toBe(prototype);
      }),
      runs(300),
    );
  });

  // Names with "rope" in them would be mentioned among the assumptions.
  test('the order of keys, and keys that nobody knows, change nothing', () => {
    const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
    fc.assert(
      fc.property(config, fc.nat(), fc.nat(), fc.jsonValue(), (real, turn, key, value) => {
        const entries = Object.entries(real as object);
        const cut = turn % Math.max(1, entries.length);
        const turned = Object.fromEntries([...entries.slice(cut), ...entries.slice(0, cut)]);
        const before = outcomeOf(() => read(real));
        expect(plain(outcomeOf(() => read(turned)))).toEqual(plain(before));
        expect(plain(outcomeOf(() => read({ ...turned, [`x_note_${key}`]: value })))).toEqual(plain(before));
      }),
      runs(100),
    );
  });
});
