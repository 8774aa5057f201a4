/** What the package exports: read from package.json and the barrel files, for docs/api and for the checks of the pages. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The specifier without a subpath. */
export const rootSpecifier = 'webgpu-rope';

/** A name that an application can import. */
export interface PublicName {
  readonly name: string;
  /** True for interfaces and type aliases. */
  readonly isType: boolean;
  /** What it is imported from, such as `webgpu-rope/bias`. */
  readonly specifier: string;
  /** The module that its barrel file takes it from, within `src`, without an extension: `biases/alibi`. */
  readonly source: string;
}

/** Every specifier of JavaScript in package.json's `exports`, with the barrel file it is built from. */
export function barrels(): Map<string, string> {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, string | { types?: string; default: string }>;
  };
  const found = new Map<string, string>();
  for (const [subpath, target] of Object.entries(exports)) {
    if (typeof target === 'string' || !target.types) continue;
    const source = target.default.replace(/^\.\/dist\/(.*)\.js$/, 'src/$1.ts');
    found.set(rootSpecifier + subpath.slice(1), join(root, source));
  }
  return found;
}

/** Every name of every barrel file, in the order in which they stand there. */
export function publicNames(): PublicName[] {
  return [...barrels()].flatMap(([specifier, barrel]) => namesOf(specifier, readFileSync(barrel, 'utf8')));
}

function namesOf(specifier: string, barrel: string): PublicName[] {
  const statements = barrel.matchAll(/^export (type )?\{([^}]*)\} from '(?:\.{1,2}\/)+([^']+)';$/gm);
  return [...statements].flatMap(([, type, list, source]) =>
    list!
      .split(',')
      .map((entry) => entry.trim())
      .filter(Boolean)
      .map((entry) => ({
        name: entry.replace(/^type /, '').replace(/^\w+ as /, ''),
        isType: Boolean(type) || entry.startsWith('type '),
        specifier,
        source: source!,
      })),
  );
}
