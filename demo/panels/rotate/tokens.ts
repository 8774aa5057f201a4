/** Most characters of a text, and most tokens that are taken from it. */
export const longestText = 200;
export const mostTokens = 40;

/** A run of letters, digits and the marks on them, with an apostrophe between letters; or one sign of punctuation. */
const piece = /[\p{L}\p{N}\p{M}]+(?:['’][\p{L}\p{M}]+)*|[^\s\p{L}\p{N}\p{M}]/gu;

/** Words and signs of punctuation, the first {@link mostTokens} of them. A model's tokenizer would cut otherwise. */
export function tokensOf(text: string): readonly string[] {
  return (text.match(piece) ?? []).slice(0, mostTokens);
}
