/**
 * Writes docs/api-report.txt: what applications can see of the package, as declarations without their comments. A change of the public
 * surface is a change of this file: `npx tsx scripts/docs-api-report.ts`.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeDeclarations } from './build';
import { publicNames } from './public-names';

export const reportFile = fileURLToPath(new URL('../docs/api-report.txt', import.meta.url));

/** A declaration file's statements, and where its other names come from. */
export interface DeclarationFile {
  /** Name -> its declarations, several where a function has overloads. */
  readonly own: ReadonlyMap<string, readonly string[]>;
  /** Local name -> the file and the name there. */
  readonly elsewhere: ReadonlyMap<string, { readonly file: string; readonly name: string }>;
}

/** Reads one declaration file, as TypeScript lays it out: statements begin at the left. */
export function declarationFile(text: string, path: string): DeclarationFile {
  const own = new Map<string, string[]>();
  const elsewhere = new Map<string, { file: string; name: string }>();
  const plain = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  for (const statement of plain.split(/^(?=[a-z])/m)) {
    const lines = statement
      .split('\n')
      .filter((line) => line.trim())
      .join('\n');
    const [, list, source] = /^(?:import|export)(?: type)? \{([^}]*)\} from '([^']+)'/.exec(lines) ?? [];
    if (list !== undefined && source !== undefined) {
      const file = posix.join(posix.dirname(path), source.replace(/\.js$/, ''));
      for (const entry of list.split(',').map((each) => each.trim().replace(/^type /, ''))) {
        const [name, local = name] = entry.split(' as ');
        if (name && local) elsewhere.set(local, { file, name });
      }
      continue;
    }
    const declared =
      /^(?:export )?(?:declare )?(?:abstract )?(?:class|function|interface|type|const|let|enum) (\w+)/.exec(
        lines,
      );
    if (!declared) continue;
    const name = declared[1] as string;
    own.set(name, [
      ...(own.get(name) ?? []),
      lines.replace(/^export |^declare /g, '').replace(/^declare /, ''),
    ]);
  }
  return { own, elsewhere };
}

/** Where a name is declared, and as what. */
interface Found {
  readonly file: string;
  readonly name: string;
  readonly texts: readonly string[];
}

/** Finds declarations by name, through imports and re-exports. */
class Declarations {
  readonly #files = new Map<string, DeclarationFile>();

  constructor(readonly read: (path: string) => string | undefined) {}

  /** @throws {Error} a file does not declare the name, nor import it */
  find(file: string, name: string): Found {
    const path = this.read(`${file}.d.ts`) === undefined ? `${file}/index` : file;
    const { own, elsewhere } = this.#file(path);
    const texts = own.get(name);
    if (texts) return { file: path, name, texts };
    const other = elsewhere.get(name);
    if (!other) throw new Error(`${file}: expected a declaration of ${name}, got none`);
    return this.find(other.file, other.name);
  }

  /** Names that a declaration uses and its file declares or imports. */
  used(file: string, texts: readonly string[]): string[] {
    const { own, elsewhere } = this.#file(file);
    const words = new Set(texts.flatMap((text) => text.match(/[A-Za-z_]\w*/g) ?? []));
    return [...words].filter((word) => own.has(word) || elsewhere.has(word));
  }

  #file(path: string): DeclarationFile {
    const known = this.#files.get(path);
    if (known) return known;
    const text = this.read(`${path}.d.ts`);
    if (text === undefined) throw new Error(`${path}.d.ts: expected a declaration file, got none`);
    const made = declarationFile(text, path);
    this.#files.set(path, made);
    return made;
  }
}

/**
 * The report: by specifier its exports, in the order of the alphabet, each declared where it comes first, then what those refer to.
 *
 * @param read The text of a declaration file by its path in the built package, or undefined.
 */
export function apiReport(
  names: readonly { readonly name: string; readonly specifier: string; readonly source: string }[],
  read: (path: string) => string | undefined,
): string {
  const declarations = new Declarations(read);
  const shown = new Map<string, string>();
  const queue: { file: string; name: string }[] = [];
  const show = (file: string, name: string): string => {
    const found = declarations.find(file, name);
    const key = `${found.file} ${found.name}`;
    if (shown.has(key)) return '';
    const text = found.texts.join('\n');
    shown.set(key, text);
    for (const used of declarations.used(found.file, found.texts))
      queue.push({ file: found.file, name: used });
    return `${text}\n`;
  };
  const byName = <T extends { readonly name: string }>(a: T, b: T): number => (a.name < b.name ? -1 : 1);
  const sections: string[] = [];
  for (const specifier of new Set(names.map((one) => one.specifier))) {
    const exported = names.filter((one) => one.specifier === specifier).sort(byName);
    const list = exported.map(({ name }) => name).join('\n');
    sections.push(`## ${specifier}\n\n${list}\n`, ...exported.map(({ name, source }) => show(source, name)));
  }
  const beside: { name: string; text: string }[] = [];
  for (let next = queue.shift(); next; next = queue.shift()) {
    const text = show(next.file, next.name);
    if (text) beside.push({ name: next.name, text });
  }
  sections.push('## What these refer to\n', ...beside.sort(byName).map(({ text }) => text));
  return sections.filter(Boolean).join('\n');
}

/** The report of the sources as they are. */
export async function currentReport(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'webgpu-rope-declarations-'));
  try {
    await writeDeclarations(folder);
    return apiReport(publicNames(), (path) => {
      try {
        return readFileSync(join(folder, path), 'utf8');
      } catch {
        return undefined;
      }
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(reportFile, await currentReport());
