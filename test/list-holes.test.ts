import { expect, it } from 'vitest';
import { pathsTo, withPart } from './support/argument-parts';
import { withHole } from './support/holes';
import { functionNamed, keyedCalls, plainCalls } from './support/public-calls';

/** Every public function refuses a list with a hole: no check skips it, and it never counts as 0 or NaN. */

const isList = (part: unknown) => Array.isArray(part) && part.length > 0;

const lists = Object.entries({ ...plainCalls, ...keyedCalls }).flatMap(([name, makers]) =>
  makers.flatMap((make: () => readonly unknown[]) =>
    pathsTo(isList, make())
      // The list of all arguments is none of the caller's; and a shape is told without looking at weights.
      .filter((path) => path.length > 0 && !(name === 'encodingShape' && path.includes('weights')))
      .map((path) => ({ name, make, path, place: path.join('.') })),
  ),
);

it.each(lists)('$name: argument $place', ({ name, make, path }) => {
  const call = functionNamed(name);
  let hole = 0;
  const args = withPart(make(), path, (part) => {
    const list = part as unknown[];
    hole = list.length - 1;
    return withHole(list, hole);
  }) as unknown[];
  // `order` is a set of names: it lacks one, wherever that stood.
  const isSet = path.at(-1) === 'order';
  const message = isSet
    ? /^order: expected each of .* once, got/
    : new RegExp(`\\[${hole}\\]: expected .*, got undefined$`);
  expect(() => call(...args)).toThrow(message);
});

it('there are lists to look at', () => expect(lists.length).toBeGreaterThan(50));
