import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { apiReference } from '../../scripts/docs-api';
import { barrels, publicNames } from '../../scripts/public-names';
import { exported } from './exported';

const folder = new URL('../../docs/api/', import.meta.url);
const { pages, warnings } = apiReference();

describe('API reference', () => {
  it('docs/api is what scripts/docs-api.ts writes', () => {
    expect(readdirSync(folder).sort()).toEqual([...pages.keys()].sort());
    for (const [name, text] of pages) expect(readFileSync(new URL(name, folder), 'utf8'), name).toBe(text);
  });

  it('every export has a description; no docstring names what is not there', () => expect(warnings).toBe(''));

  it.each([...barrels().keys()])('every export of %s is on a page that names it', (specifier) => {
    const names = publicNames().filter((name) => name.specifier === specifier);
    const values = names.filter(({ isType }) => !isType).map(({ name }) => name);
    expect(values.sort()).toEqual(Object.keys(exported[specifier]!).sort());
    const index = pages.get('README.md')!;
    for (const { name } of names) {
      const [, page] = index.match(new RegExp(`\\[\`${name}\`\\]\\(([\\w-]+\\.md)`))!;
      expect(pages.get(page!)).toContain(`\nImport from \`${specifier}\`.\n`);
    }
  });

  it('links lead somewhere', () => {
    let links = 0;
    for (const [page, text] of pages) {
      for (const [, file, id] of text.matchAll(/\]\(([\w-]+\.md)?(?:#([\w-]+))?\)/g)) {
        const target = pages.get(file ?? page);
        expect(target, `${page}: ${file}`).toBeDefined();
        if (id) expect(target, `${page}: ${file}#${id}`).toContain(`<a id="${id}"></a>`);
        links++;
      }
    }
    expect(links).toBeGreaterThan(200);
  });
});
