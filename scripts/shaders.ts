/** Links shaders/*.wgsl, which import from shaders/lib and shaders/bindings, into complete, plain WGSL modules. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { link } from 'wesl/core';

export const shaderFolder = resolve(fileURLToPath(new URL('../shaders', import.meta.url)));

/** Names of the entry modules: what users get as `webgpu-rope/shaders/NAME.wgsl`. */
export const entryModules = ['rope', 'token-table', 'qkv', 'additive', 'bias', 'similarity'] as const;

/** Those that are shipped a second time, as `NAME-f16.wgsl`, for devices that convert f16 themselves. */
export const nativeModules = ['rope', 'qkv', 'additive', 'bias'] as const;

/** Paths of all modules that may be imported, relative to the folder of shaders. */
function modulePaths(): string[] {
  return readdirSync(shaderFolder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.wgsl'))
    .map((path) => path.replaceAll('\\', '/'));
}

/** Files that {@link linkedModule} reads. */
export const moduleFiles = (): string[] => modulePaths().map((path) => join(shaderFolder, path));

/** The comment at the top of a module, which says what it computes. The linker would leave it out. */
function headingOf(source: string): string {
  return /^(?:\/\/[^\n]*\n)*/.exec(source)?.[0] ?? '';
}

/** Choices for {@link linkedModule}. */
export interface LinkChoices {
  /** Of a module that is not in shaders/. */
  readonly text?: string;
  /** Whether f16 is converted by the device's own type, for devices that have `shader-f16`. */
  readonly nativeF16?: boolean;
}

/**
 * The module with all that it imports, as one plain WGSL text with its comments.
 *
 * @param path A module below shaders/, such as `rope.wgsl`; or one that imports from there, with its text.
 */
export async function linkedModule(
  path: string,
  { text, nativeF16 = false }: LinkChoices = {},
): Promise<string> {
  // The one module that reads variables of its reader: it is for pasting, not for linking.
  const paths = modulePaths().filter((each) => each !== 'lib/cos_sin.wgsl');
  const sources = Object.fromEntries(
    paths.map((each) => [each, readFileSync(join(shaderFolder, each), 'utf8')]),
  );
  const root = text ?? sources[path];
  if (root === undefined) throw new RangeError(`path: expected a module of shaders/, got ${path}`);
  const { dest } = await link({
    weslSrc: { ...sources, [path]: root },
    rootModuleName: path.replace(/\.wgsl$/, '').replaceAll('/', '::'),
    conditions: { native_f16: nativeF16 },
    sourceMap: false,
  });
  const body = dest.replace(/\n{3,}/g, '\n\n').trim();
  return `${headingOf(root)}\n${body}\n`;
}

/** The module in a file, linked: one of shaders/, or one elsewhere that imports from there. */
export async function linkedFile(file: string, nativeF16 = false): Promise<string> {
  const path = relative(shaderFolder, file).replaceAll('\\', '/');
  const isElsewhere = path.startsWith('../') || isAbsolute(path);
  return isElsewhere
    ? linkedModule(basename(file), { text: readFileSync(file, 'utf8'), nativeF16 })
    : linkedModule(path, { nativeF16 });
}
