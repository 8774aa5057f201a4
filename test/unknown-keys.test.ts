import { describe, expect, it } from 'vitest';
import { isPlainObject, pathsTo, withPart } from './support/argument-parts';
import { api } from './support/public-api';
import { functionNamed, gpuCalls, keyedCalls, plainCalls } from './support/public-calls';

/**
 * Every public function refuses an option that it does not know, at every depth: a misspelt one would else be ignored, and
 * the numbers be others than the caller meant.
 */

/** Arguments that are files, not options: any key may stand in them. */
const files: Readonly<Record<string, number>> = {
  ropeConfigFromGguf: 0,
  ropeConfigsFromGguf: 0,
  ropeConfigFromHuggingFace: 0,
  ropeConfigsFromHuggingFace: 0,
};

it('every public function is in one of the three lists', () => {
  const exported = Object.entries(api).filter(([, value]) => typeof value === 'function');
  const listed = [...Object.keys(keyedCalls), ...Object.keys(plainCalls), ...Object.keys(gpuCalls)];
  expect(listed.sort()).toEqual(exported.map(([name]) => name).sort());
});

describe.each(Object.entries(keyedCalls))('%s', (name, makers) => {
  const call = functionNamed(name);

  it('takes every key it knows', () => {
    for (const make of makers) expect(() => call(...make())).not.toThrow();
  });

  const places = makers.flatMap((make: () => readonly unknown[]) =>
    pathsTo(isPlainObject, make())
      .filter(([argument]) => argument !== files[name])
      .map((path) => ({ make, path, place: path.join('.') })),
  );

  it.each(places)('refuses an unknown key in argument $place', ({ make, path }) => {
    const args = withPart(make(), path, (part) => ({ ...(part as object), unknownKey: 1 })) as unknown[];
    expect(() => call(...args)).toThrow(TypeError);
    expect(() => call(...args)).toThrow(/expected only .*, got "unknownKey"$/);
  });
});

// createQkv takes a rope, and nothing that has keys.
const gpuCallsWithKeys = Object.entries(gpuCalls).filter(([name]) => name !== 'createQkv');

describe.each(gpuCallsWithKeys)('%s', (name, makers) => {
  const places = makers.flatMap((make: () => readonly unknown[]) =>
    pathsTo(isPlainObject, make())
      // A buffer is no option.
      .filter(([argument]) => !(name === 'readTensor' && argument === 1))
      .map((path) => ({ make, path, place: path.join('.') })),
  );

  it.each(places)('refuses an unknown key in argument $place', async ({ make, path }) => {
    const args = withPart(make(), path, (part) => ({ ...(part as object), unknownKey: 1 })) as unknown[];
    const refusal = expect(async () => functionNamed(name)(...args)).rejects;
    await refusal.toThrow(/expected only .*, got "unknownKey"$/);
  });
});
