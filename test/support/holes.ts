/** The same list without the entry at `at`: not undefined there, but nothing, which `map` and `every` skip. */
export function withHole<T>(list: readonly T[], at: number): T[] {
  const holed: T[] = [];
  holed.length = list.length;
  for (const [i, entry] of list.entries()) if (i !== at) holed[i] = entry;
  return holed;
}
