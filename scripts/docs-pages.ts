// What the scripts that write numbers into docs/ share. A page keeps its prose; a script owns what lies between its markers.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const urlOf = (name: string): URL => new URL(`../docs/${name}`, import.meta.url);

/** The text of a page of docs/. */
export const readPage = (name: string): string => readFileSync(urlOf(name), 'utf8');

/**
 * The page with `text` between the markers `<!-- name:begin … -->` and `<!-- name:end -->`.
 *
 * @throws {Error} the page does not have them once each
 */
export function withSection(page: string, name: string, text: string): string {
  const section = new RegExp(`(?<=<!-- ${name}:begin[^>]*-->\n).*?(?=<!-- ${name}:end -->)`, 'gs');
  const found = page.match(section)?.length ?? 0;
  if (found !== 1) throw new Error(`expected one section ${name}, got ${found}`);
  // By a function, as `$` in a replacement text has a meaning.
  return page.replace(section, () => `\n${text}\n`);
}

/** A table of Markdown; columns of numbers aligned to the right. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  const isNumeric = (column: number) => rows.every((cells) => /^[\d .e-]*$/.test(cells[column] ?? ''));
  return line(head) + line(head.map((_, i) => (isNumeric(i) ? '--:' : '---'))) + rows.map(line).join('');
}

/** An error to two digits, a rounding error to one: what comes after may differ between JavaScript engines' sines. */
export function shortError(error: number): string {
  if (error < 1e-6) return error.toExponential(0);
  return error < 1e-3 ? error.toExponential(1) : String(Number(error.toPrecision(2)));
}

/** Writes a page when its script is run by itself: `npx tsx scripts/docs-….ts`. */
export async function writeWhenRun(
  module: string,
  name: string,
  make: (page: string) => string | Promise<string>,
): Promise<void> {
  if (process.argv[1] === fileURLToPath(module)) writeFileSync(urlOf(name), await make(readPage(name)));
}
