// Writes the code of docs/adapters.md, from what the consumers run: `npx tsx scripts/docs-adapters.ts`.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withSection, writeWhenRun } from './docs-pages';

const engines = fileURLToPath(new URL('../consumers/engines', import.meta.url));

/** Names of folders with an adapter. */
export const adapters: readonly string[] = readdirSync(engines, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

/** The page, as it has to be. */
export const adaptersPage = (page: string): string =>
  adapters.reduce((text, name) => {
    const code = readFileSync(join(engines, name, 'adapter.js'), 'utf8').trimEnd();
    return withSection(text, name, `\`\`\`js\n${code}\n\`\`\``);
  }, page);

void writeWhenRun(import.meta.url, 'adapters.md', adaptersPage);
