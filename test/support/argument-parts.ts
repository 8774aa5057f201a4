/** Parts of a call's arguments, at any depth: where they are, and the same arguments with one of them changed. */

/** A way to a part of the arguments: the number of one, then keys and indices. */
export type Path = readonly (string | number)[];

/** An object that is no list and of no class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Where in the arguments parts are that `wanted` takes, at any depth: in options, and in lists of them. */
export function pathsTo(wanted: (part: unknown) => boolean, value: unknown, path: Path = []): Path[] {
  const parts = Array.isArray(value) ? value : isPlainObject(value) ? value : {};
  const inside = Object.entries(parts).flatMap(([key, part]) =>
    pathsTo(wanted, part, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return wanted(value) ? [path, ...inside] : inside;
}

/** The same arguments with the part at `path` changed; nothing of them is changed in place. */
export function withPart(value: unknown, path: Path, change: (part: unknown) => unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return change(value);
  if (Array.isArray(value))
    return value.map((entry, i) => (i === step ? withPart(entry, rest, change) : entry));
  const object = value as Record<string, unknown>;
  return { ...object, [step]: withPart(object[step], rest, change) };
}
