import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, it } from 'vitest';
import { pages, readText } from './snippets';

const root = join(import.meta.dirname, '../..');
const schemes = readdirSync(join(root, 'docs/schemes')).filter((name) => name.endsWith('.md'));

// docs/api has a test of its own.
it.each([
  ...pages,
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'bench/README.md',
  'consumers/README.md',
  ...schemes.map((name) => `docs/schemes/${name}`),
])('%s links to what is there', (page) => {
  for (const [, target = '', anchor] of readText(page).matchAll(
    /\]\((?!https?:)([\w./-]*)(?:#([\w-]+))?\)/g,
  )) {
    const path = target ? normalize(join(dirname(page), target)) : page;
    expect(existsSync(join(root, path)), `${page}: ${target}`).toBe(true);
    if (anchor) expect(anchorsOf(path), `${page}: ${target}#${anchor}`).toContain(anchor);
  }
});

/** Names that code hosts give to headings. */
function anchorsOf(path: string): string[] {
  return [...readText(path).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}
