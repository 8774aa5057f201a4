import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { apiReference, exportsByArea } from '../../scripts/docs-api';
import * as api from './everything';

const folder = new URL('../../docs/api/', import.meta.url);
const { pages, warnings } = apiReference();

describe('API reference', () => {
  it('docs/api is what scripts/docs-api.ts writes', () => {
    expect(readdirSync(folder).sort()).toEqual([...pages.keys()].sort());
    for (const [name, text] of pages) expect(readFileSync(new URL(name, folder), 'utf8'), name).toBe(text);
  });

  it('every export has a description; no docstring names what is not there', () => expect(warnings).toBe(''));

  it('every export is on a page', () => {
    const index = pages.get('README.md')!;
    const named = [...exportsByArea().values()].flat().map((specifier) => specifier.replace('type ', ''));
    expect(named).toEqual(expect.arrayContaining(Object.keys(api)));
    for (const name of named) expect(index).toContain(`[\`${name}\`](`);
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
