/** What the build does to a WGSL module beyond blanks and comments: drops what nobody reaches, shortens names. */

const word = /[A-Za-z_]\w*/g;

/** A declaration at the top of a module, its attributes included. */
interface Declaration {
  readonly name: string;
  readonly text: string;
}

/**
 * Cuts a module without comments down to its overrides and what the given entry points reach.
 *
 * @throws {RangeError} an entry point is not there
 */
export function reachableWgsl(source: string, entries: readonly string[]): string {
  const declarations = declarationsOf(source);
  const byName = new Map<string, Declaration[]>();
  for (const declaration of declarations) {
    byName.set(declaration.name, [...(byName.get(declaration.name) ?? []), declaration]);
  }
  for (const entry of entries) {
    if (!byName.has(entry))
      throw new RangeError(`entries: expected entry points of the module, got ${entry}`);
  }
  const kept = new Set<Declaration>();
  // Pipelines set every override, so every override stays.
  const waiting = declarations.filter(({ name, text }) => entries.includes(name) || /^override\b/.test(text));
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (kept.has(next)) continue;
    kept.add(next);
    for (const [name] of next.text.matchAll(word)) waiting.push(...(byName.get(name) ?? []));
  }
  return declarations
    .filter((declaration) => kept.has(declaration))
    .map(({ text }) => text)
    .join('\n');
}

/** Splits a module at the semicolons and closing braces that stand at its top. */
function declarationsOf(source: string): Declaration[] {
  const declarations: Declaration[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < source.length; at++) {
    const character = source[at] as string;
    if ('{('.includes(character)) depth++;
    if ('})'.includes(character)) depth--;
    if (depth > 0 || (character !== ';' && character !== '}')) continue;
    const text = source.slice(from, at + 1).trim();
    from = at + 1;
    const name = /\b(?:fn|struct|const|override|alias|var\s*(?:<[^>]*>)?)\s*([A-Za-z_]\w*)/.exec(text)?.[1];
    if (name !== undefined) declarations.push({ name, text });
  }
  return declarations;
}

/**
 * Shortens the names that a module without comments declares. Entry points and overrides keep theirs, as pipelines name
 * them; so do names of one letter, which may be swizzles. What a function declares for itself begins anew with A in every
 * function; what belongs to the module, fields of structs included, has other names, so the two never meet.
 */
export function shortenedWgsl(source: string): string {
  const declarations = declarationsOf(source);
  const pipelineNames = declarations
    .filter(({ text }) => /^override\b|@compute\b/.test(text))
    .map(({ name }) => name);
  const global = new Set<string>();
  for (const { name, text } of declarations) {
    global.add(name);
    if (/^struct\b/.test(text))
      for (const [, field] of text.matchAll(/([A-Za-z_]\w*)\s*:/g)) global.add(field as string);
  }
  const isShort = (name: string): boolean => name.length === 1 || pipelineNames.includes(name);
  const globals = shortNames(
    [...global].filter((name) => !isShort(name)),
    source,
    new Set(source.match(word)),
    globalName,
  );
  return declarations
    .map(({ text }) => {
      if (!/\bfn\b/.test(text)) return renamed(text, globals, globals);
      const locals = new Set<string>();
      const declaring =
        /\b(?:let|var|const)\s+([A-Za-z_]\w*)|[(,]\s*(?:@builtin\(\w+\)\s*)?([A-Za-z_]\w*)\s*:/g;
      for (const [, named, parameter] of text.matchAll(declaring)) locals.add((named ?? parameter) as string);
      const own = shortNames(
        [...locals].filter((name) => !isShort(name)),
        text,
        // A function with more names than there are capitals goes on where the module's names are.
        new Set([...(text.match(word) ?? []), ...globals.values()]),
        shortName,
      );
      return renamed(text, new Map([...globals, ...own]), globals);
    })
    .join('');
}

/** Replaces names: those behind a dot are fields. An attribute (@group) is no name of the module's. */
function renamed(
  text: string,
  names: ReadonlyMap<string, string>,
  fields: ReadonlyMap<string, string>,
): string {
  return text.replace(/[@.]?\b[A-Za-z_]\w*/g, (token) => {
    if (token.startsWith('@')) return token;
    if (token.startsWith('.')) return `.${fields.get(token.slice(1)) ?? token.slice(1)}`;
    return names.get(token) ?? token;
  });
}

/** Short names, the shortest for what is used most in the text; none that is taken. */
function shortNames(
  names: readonly string[],
  text: string,
  taken: ReadonlySet<string>,
  nameOf: (number: number) => string,
): Map<string, string> {
  const uses = new Map(names.map((name) => [name, 0]));
  for (const [name] of text.matchAll(word)) {
    if (uses.has(name)) uses.set(name, (uses.get(name) as number) + 1);
  }
  const short = new Map<string, string>();
  let number = 0;
  for (const [name] of [...uses].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))) {
    let candidate = nameOf(number++);
    while (taken.has(candidate)) candidate = nameOf(number++);
    short.set(name, candidate);
  }
  return short;
}

/** A, B, …, Z, Aa, Ba, …: no keyword, predeclared name or swizzle of WGSL begins with a capital and is this short. */
function shortName(number: number): string {
  const capital = String.fromCharCode(65 + (number % 26));
  return number < 26 ? capital : capital + shortName(Math.floor(number / 26) - 1).toLowerCase();
}

/** Letters that are no swizzle, then Aa, Ba, …: never what {@link shortName} calls a function's own, up to 26 of these. */
function globalName(number: number): string {
  const letters = 'fhlmnpstuv';
  return letters[number] ?? shortName(number - letters.length + 26);
}
