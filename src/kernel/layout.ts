/** A field of a WGSL struct: a scalar, or a struct inside. */
export type Field = 'u32' | 'f32' | StructLayout<Fields>;
export type Fields = { readonly [name: string]: Field };

/** For each field the word at which it begins; for a struct inside, those of its fields. */
export type WordsOf<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends StructLayout<infer G> ? WordsOf<G> : number;
};

/** Where the fields of a WGSL struct in the uniform address space lie. test/tooling/layouts.test.ts holds it against the WGSL. */
export interface StructLayout<F extends Fields> {
  /** The struct's name in the shaders. */
  readonly name: string;
  readonly fields: F;
  /** Words (4 bytes each) of the struct. */
  readonly words: number;
  readonly at: WordsOf<F>;
}

/** Words that a struct in a uniform is aligned to. */
const structAlignment = 4;

/** Lays out a struct of 4-byte scalars and structs as WGSL does in a uniform: structs begin at, and fill, 16-byte steps. */
export function structLayout<const F extends Fields>(name: string, fields: F): StructLayout<F> {
  const { at, end } = placed(fields, 0);
  return { name, fields, words: end, at: at as WordsOf<F> };
}

function placed(fields: Fields, begin: number): { at: Record<string, unknown>; end: number } {
  const at: Record<string, unknown> = {};
  let end = begin;
  for (const [name, field] of Object.entries(fields)) {
    if (typeof field === 'string') {
      at[name] = end++;
      continue;
    }
    const inner = placed(field.fields, alignUp(end));
    at[name] = inner.at;
    end = alignUp(inner.end);
  }
  return { at, end: alignUp(end) };
}

const alignUp = (words: number): number => Math.ceil(words / structAlignment) * structAlignment;
