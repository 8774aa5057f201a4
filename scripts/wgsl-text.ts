/** Makes WGSL small: the sources in shaders/ are written to be read, the bundle's copy is only compiled. */

/** What WGSL calls a line break: it alone ends a `//` comment. */
const lineBreak = /[\n\v\f\r\u0085\u2028\u2029]/;
/** Characters that never join with a neighbour into another token. */
const separators = '(){}[],;:@';
/** Characters of operators; `- -` and `--`, or `/ /` and `//`, are different things. Every other character belongs to a word. */
const operators = '+-*/%&|^~!=<>';

/**
 * Removes comments, nested ones too, the blanks that separate nothing and trailing commas. WGSL has no string literals, so `//` and
 * `/*` always open a comment.
 *
 * @throws {SyntaxError} a block comment is never closed
 */
export function minifyWgsl(source: string): string {
  let out = '';
  let blank = false;
  for (let at = 0; at < source.length; ) {
    const next = skipComment(source, at);
    const character = source.charAt(at);
    if (next > at || /\s|\u0085/.test(character)) {
      blank = true;
      at = Math.max(next, at + 1);
      continue;
    }
    if (blank && joins(out.at(-1), character)) out += ' ';
    blank = false;
    // A comma before a closing bracket is for people.
    if (')}'.includes(character) && out.endsWith(',')) out = out.slice(0, -1);
    out += character;
    at++;
  }
  return out;
}

/** Whether two neighbours could read as one token. */
function joins(left: string | undefined, right: string): boolean {
  if (left === undefined || separators.includes(left) || separators.includes(right)) return false;
  return operators.includes(left) === operators.includes(right);
}

/** The index after the comment that starts at `at`, or `at` itself where none does. */
function skipComment(source: string, at: number): number {
  if (source.startsWith('//', at)) {
    const length = source.slice(at).search(lineBreak);
    return length < 0 ? source.length : at + length;
  }
  if (!source.startsWith('/*', at)) return at;
  let depth = 0;
  for (let end = at; end < source.length; ) {
    if (source.startsWith('/*', end)) {
      depth++;
      end += 2;
    } else if (source.startsWith('*/', end)) {
      depth--;
      end += 2;
      if (depth === 0) return end;
    } else end++;
  }
  throw new SyntaxError(`block comment at offset ${at} is never closed`);
}
