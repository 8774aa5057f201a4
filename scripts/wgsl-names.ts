/** Gives what WGSL declares short names: nobody reads the bundle's copy, and the host names entry points and overrides alone. */

/** What has a name of its own: functions, structs, aliases, variables, constants; then parameters and fields. */
const callable = /\b(?:fn|struct|alias)\s+(\w+)/g;
const declarations = [
  callable,
  /\b(?:let|const|var)\s+(\w+)/g,
  /\bvar<[^>]*>\s*(\w+)/g,
  /[{(,)]\s*(\w+)\s*:/g,
];
const call = /(?<!@)\b(\w+)\s*\(/g;
/** What a host calls by its name: src/qkv/variant.ts binds some variables otherwise. */
const kept = [/@compute[^{;]*?\bfn\s+(\w+)/g, /\boverride\s+(\w+)/g, /@binding\(\d+\)\s*var<[^>]*>\s*(\w+)/g];
/** What may stand behind the point of a vector. */
const swizzle = /^(?:[xyzw]{1,4}|[rgba]{1,4})$/;
/** Attributes and builtin values are words of WGSL, whatever has the same name. */
const word = /(?<!@|@builtin\()\b[a-z_]\w*/gi;

const namesBy = (patterns: readonly RegExp[], text: string): string[] =>
  patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, name]) => name as string));

/** A, B, …, Z, AA, AB, …: no word of WGSL, nor a swizzle, is of capitals alone. */
function nameAt(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : nameAt(Math.floor(index / 26) - 1) + letter;
}

/**
 * The texts with short names, the shortest for what is named most; a name is the same in all of them. Entry points, overrides,
 * what is bound and the words of WGSL keep theirs.
 */
export function shortenNames(texts: readonly string[]): string[] {
  const all = texts.join('\n');
  const own = new Set(namesBy([callable], all));
  // A variable may have the name of a function of WGSL, such as `all`.
  const builtin = namesBy([call], all).filter((name) => !own.has(name));
  const stays = new Set([...namesBy(kept, all), ...builtin]);
  const declared = new Set(
    namesBy(declarations, all).filter((name) => !stays.has(name) && !swizzle.test(name)),
  );
  const counts = new Map<string, number>();
  for (const [each] of all.matchAll(word)) counts.set(each, (counts.get(each) ?? 0) + 1);
  const byCount = [...counts.keys()]
    .filter((name) => declared.has(name))
    .sort((a, b) => (counts.get(b) as number) - (counts.get(a) as number));
  const names = new Map<string, string>();
  let index = 0;
  for (const name of byCount) {
    // What keeps its name keeps it alone.
    while (counts.has(nameAt(index)) && !declared.has(nameAt(index))) index++;
    names.set(name, nameAt(index++));
  }
  return texts.map((text) => text.replace(word, (each) => names.get(each) ?? each));
}
