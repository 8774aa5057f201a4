/** llama2.c's tokenizer: pieces of text with scores, joined by byte pair encoding. */

/** Begins a text. */
export const beginToken = 1;

export interface Tokenizer {
  /**
   * The tokens of a text, {@link beginToken} first.
   *
   * @throws {RangeError} a character is not among the pieces, and neither are its bytes
   */
  encode(text: string): number[];
  /** The text of tokens that follow one another; {@link beginToken} has none. */
  decode(tokens: readonly number[]): string;
}

/**
 * Reads a tokenizer: int32 longest piece, then for each token a float32 score, an int32 length and the bytes.
 *
 * @throws {RangeError} the file ends early, or goes on after the last piece
 */
export function readTokenizer(file: ArrayBuffer, vocabulary: number): Tokenizer {
  const view = new DataView(file);
  const pieces: Uint8Array[] = [];
  const scores: number[] = [];
  let at = 4;
  while (pieces.length < vocabulary && at + 8 <= file.byteLength) {
    const length = view.getInt32(at + 4, true);
    if (length < 0 || at + 8 + length > file.byteLength) break;
    scores.push(view.getFloat32(at, true));
    pieces.push(new Uint8Array(file, at + 8, length));
    at += 8 + length;
  }
  if (pieces.length !== vocabulary || at !== file.byteLength)
    throw new RangeError(
      `file: expected ${vocabulary} pieces, got ${pieces.length} in ${at} of ${file.byteLength} bytes`,
    );
  const texts = pieces.map((piece) => new TextDecoder().decode(piece));
  const numbers = new Map(texts.map((text, token) => [text, token]));

  const tokenOf = (character: string, piece = character): number => {
    const token = numbers.get(piece);
    if (token === undefined)
      throw new RangeError(`text: expected characters of this model, got “${character}”`);
    return token;
  };
  /** The token of a character, or those of its bytes. */
  const tokensOf = (character: string): number[] =>
    numbers.has(character)
      ? [tokenOf(character)]
      : Array.from(new TextEncoder().encode(character), (byte) =>
          tokenOf(character, `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`),
        );

  return {
    encode(text) {
      // A blank in front: the first word is then as any other.
      const tokens = text === '' ? [] : [...` ${text}`].flatMap(tokensOf);
      for (;;) {
        let best = { score: Number.NEGATIVE_INFINITY, place: -1, token: -1 };
        for (let place = 0; place + 1 < tokens.length; place++) {
          const token = numbers.get(`${texts[tokens[place]!]}${texts[tokens[place + 1]!]}`);
          if (token !== undefined && scores[token]! > best.score)
            best = { score: scores[token]!, place, token };
        }
        if (best.place < 0) return [beginToken, ...tokens];
        tokens.splice(best.place, 2, best.token);
      }
    },
    decode(tokens) {
      const bytes = tokens.flatMap((token, place) => {
        if (token === beginToken) return [];
        const byte = /^<0x([0-9A-F]{2})>$/.exec(texts[token] ?? '')?.[1];
        const piece = byte === undefined ? Array.from(pieces[token] ?? []) : [Number.parseInt(byte, 16)];
        return tokens[place - 1] === beginToken && piece[0] === 0x20 ? piece.slice(1) : piece;
      });
      return new TextDecoder().decode(Uint8Array.from(bytes));
    },
  };
}
