/** Typed reading of a panel's state from the query. */
export interface QueryReader {
  /** One of `choices`. */
  choice<T extends string>(name: string, choices: readonly T[], fallback: T): T;
  /** As {@link choice}, of numbers. */
  oneOf<T extends number>(name: string, choices: readonly T[], fallback: T): T;
  /** An integer from `min` to `max`, both included. */
  integer(name: string, min: number, max: number, fallback: number): number;
  /** A number from `min` to `max`, both included. */
  number(name: string, min: number, max: number, fallback: number): number;
  /** `1` or `0`. */
  flag(name: string, fallback: boolean): boolean;
  /** Text of at most `longest` characters, control characters left out. */
  text(name: string, longest: number, fallback: string): string;
  /** A comma-separated list of integers from `min` to `max`, at most `most` of them. */
  integers(
    name: string,
    allowed: { readonly min: number; readonly max: number; readonly most: number },
    fallback: readonly number[],
  ): readonly number[];
  /** What could not be used, each without a full stop: "tokens: expected one of 1, 32, got “7”". The fallback stood in. */
  readonly problems: readonly string[];
}

/** Reads a query: what is missing takes its fallback; what cannot be used does too, and is named in `problems`. */
export function reader(query: URLSearchParams): QueryReader {
  const problems: string[] = [];
  const read = <T>(
    name: string,
    parse: (text: string) => T | undefined,
    fallback: T,
    expected: string,
  ): T => {
    const text = query.get(name);
    if (text === null) return fallback;
    const value = parse(text);
    if (value !== undefined) return value;
    problems.push(`${name}: expected ${expected}, got “${text}”`);
    return fallback;
  };
  return {
    problems,
    choice: (name, choices, fallback) =>
      read(name, (text) => choices.find((c) => c === text), fallback, `one of ${choices.join(', ')}`),
    oneOf: (name, choices, fallback) =>
      read(name, (text) => choices.find((c) => String(c) === text), fallback, `one of ${choices.join(', ')}`),
    integer: (name, min, max, fallback) =>
      read(name, (text) => parseInteger(text, min, max), fallback, `an integer from ${min} to ${max}`),
    number: (name, min, max, fallback) =>
      read(name, (text) => numberIn(text, min, max), fallback, `a number from ${min} to ${max}`),
    flag: (name, fallback) =>
      read(name, (text) => (text === '1' ? true : text === '0' ? false : undefined), fallback, '1 or 0'),
    text: (name, longest, fallback) =>
      read(
        name,
        (text) => (text.length <= longest ? text.replace(/\p{Cc}/gu, '') : undefined),
        fallback,
        `at most ${longest} characters`,
      ),
    integers: (name, { min, max, most }, fallback) =>
      read(
        name,
        (text) => {
          const values = text.split(',').map((part) => integerIn(part, min, max));
          return values.length <= most && values.every((value) => value !== undefined) ? values : undefined;
        },
        fallback,
        `at most ${most} integers from ${min} to ${max}, with commas between them`,
      ),
  };
}

/** A state whose every field is a key of the address, by the same name. */
export function queryOf(state: object): Record<string, string> {
  return Object.fromEntries(Object.entries(state).map(([key, value]) => [key, String(value)]));
}

/** An integer in a range, as people type them: spaces, commas or underscores between digits are fine. */
export function parseInteger(text: string, min: number, max: number): number | undefined {
  return integerIn(text.replace(/[\s,_]/g, ''), min, max);
}

function integerIn(text: string, min: number, max: number): number | undefined {
  if (!/^-?\d{1,15}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

/** A number in a range: 10000, 1e6, 0.25. */
export function numberIn(text: string, min: number, max: number): number | undefined {
  if (!/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}
