/**
 * Whether `word` is one of the words of `list`, which are separated by white space. Long tables of names are strings
 * searched on use, so that importing this package computes nothing.
 */
export function listed(list: string, word: string): boolean {
  return list.trim().split(/\s+/).includes(word);
}
