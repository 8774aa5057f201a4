/** Declarations for every consumer: Node's module resolution wants file extensions that our sources leave out. */
import { posix } from 'node:path';

/**
 * Gives each relative import of a declaration file the name of the JavaScript file it stands for.
 *
 * @param text The declaration file's text.
 * @param file Its path, with `/`, relative to the output folder.
 * @param exists Whether a declaration file of this path is there.
 * @throws {Error} an import leads nowhere
 */
export function withExtensions(text: string, file: string, exists: (path: string) => boolean): string {
  return text.replace(
    /(\bfrom\s*|\bimport\s*\(?\s*)(['"])(\.{1,2}(?:\/[^'"]*)?)\2/g,
    (_match, before, quote, specifier) => {
      const target = posix.join(posix.dirname(file), specifier);
      const ending = exists(`${target}.d.ts`)
        ? '.js'
        : exists(posix.join(target, 'index.d.ts'))
          ? '/index.js'
          : undefined;
      if (ending === undefined) throw new Error(`${file}: no declaration file for ${specifier}`);
      return `${before}${quote}${specifier}${ending}${quote}`;
    },
  );
}
