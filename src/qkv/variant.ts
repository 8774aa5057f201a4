import type { Bindings, CallReads, Stretch } from './stretches';
import { roleNames } from './stretches';

/** The entry point's way through heads. */
export type Way = 'chunks' | 'words';

const elementOf = { chunks: 'vec4u', words: 'u32' } as const;
const readsOf = { ids: 'ids', offsets: 'offsets', rows: 'row_words', step: 'step_words' } as const;

/** What the module depends on. */
export interface Variant {
  readonly way: Way;
  readonly bindings: Bindings;
  readonly reads: CallReads;
}

/** Says all of a {@link Variant}. */
export function variantKey({ way, bindings, reads }: Variant): string {
  const { roles, stretches, of } = bindings;
  const accesses = stretches.map(({ isWritten }) => (isWritten ? 'w' : 'r')).join('');
  const binds = roles.map(({ variable }, i) => `${variable}${of[i]}`);
  return [way, accesses, ...binds, reads.ids, reads.offsets, reads.rows, reads.step].join();
}

/**
 * The module for a call: tensors that share a binding share a variable, and what the call does not read is taken out. The shader
 * reaches each variable by `name[index]` alone, with no bracket inside, which test/tooling/qkv-variants.test.ts sees to.
 *
 * @param code shaders/qkv.wgsl, linked, with or without its blanks and comments.
 */
export function variantOf(code: string, { way, bindings, reads }: Variant): string {
  const { roles, stretches, of } = bindings;
  const variables = stretches.map((_, i) => `${roles[of.indexOf(i)]?.variable}_${way}`);
  // An absent tensor is never reached, but its code is there: it takes a variable that may be written.
  const written = variables[stretches.findIndex(({ isWritten }) => isWritten)] as string;
  let text = code;
  for (const name of roleNames) {
    const variable = `${name}_${way}`;
    const role = roles.findIndex((each) => each.variable === name);
    text = text
      .replace(new RegExp(`@group\\(1\\)\\s*@binding\\(\\d+\\)\\s*var<[^>]*>\\s*${variable}\\s*:[^;]*;`), '')
      .replace(new RegExp(`\\b${variable}\\[`, 'g'), `${variables[of[role] ?? -1] ?? written}[`);
  }
  for (const [read, variable] of Object.entries(readsOf)) {
    if (!reads[read as keyof CallReads]) {
      text = text.replace(new RegExp(`\\b${variable}\\[[^\\]]*\\]`, 'g'), '0u');
    }
  }
  const declare = ({ isWritten }: Stretch, i: number): string =>
    `@group(1) @binding(${i}) var<storage, ${isWritten ? 'read_write' : 'read'}> ${variables[i]}: array<${elementOf[way]}>;\n`;
  return text + stretches.map(declare).join('');
}
