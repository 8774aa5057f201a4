/** Gives functions and structs short names: nobody calls those of a linked module from outside. */

/** What `fn` and `struct` declare, and the attributes before: an entry point has some. */
const declarations = /(@compute[^{;]*?)?\b(?:fn|struct)\s+(\w+)/g;

/**
 * Texts that call the same functions, in which these and structs have the same short names. Every other word stays: entry points,
 * overrides, bindings, fields.
 */
export function shortenNames(texts: readonly string[]): string[] {
  const names = new Map<string, string>();
  for (const [, entry, name] of texts.flatMap((text) => [...text.matchAll(declarations)])) {
    // No word of shaders/ begins with an underscore.
    if (!entry && name && !names.has(name)) names.set(name, `_${names.size.toString(36)}`);
  }
  return texts.map((text) => text.replace(/\b[a-z]\w*/gi, (word) => names.get(word) ?? word));
}
