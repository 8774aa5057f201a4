import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { consumers } from '../../consumers/harness/list';
import { recordedResults } from '../../consumers/harness/results';
import { adapters, adaptersPage } from '../../scripts/docs-adapters';
import { environmentsPage } from '../../scripts/docs-environments';
import { readPage } from '../../scripts/docs-pages';
import { reliabilityPage, rowsOf } from '../../scripts/docs-reliability';

const folder = join(import.meta.dirname, '../../consumers');

describe('pages made of the consumers', () => {
  it.each([
    ['adapters.md', adaptersPage],
    ['environments.md', environmentsPage],
    ['reliability.md', reliabilityPage],
  ])('%s is what its script writes', (name, make) => expect(readPage(name)).toBe(make(readPage(name))));

  it('adapters.md has the code of every engine, and that is checked', () => {
    expect(adapters.length).toBeGreaterThan(3);
    for (const name of adapters)
      expect(existsSync(join(folder, 'engines', name, 'check.js')), name).toBe(true);
  });

  it('a record is shown by its own names', () => {
    const record = { cases: 20000, host: { planted: 3, left: ['a', 'b'] }, clean: true };
    const rows = [
      ['cases', '20000'],
      ['host, planted', '3'],
      ['host, left', '2'],
      ['clean', 'true'],
    ];
    expect(rowsOf(record)).toEqual(rows);
  });
});

describe('consumers', () => {
  it('each has a name of its own, and every result is of one', () => {
    const names = consumers.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name } of recordedResults()) expect(names).toContain(name);
  });

  it('are no part of this project: npm install does not bring them', () => {
    const { workspaces } = JSON.parse(readFileSync(join(folder, '../package.json'), 'utf8')) as {
      workspaces: string[];
    };
    expect(workspaces.some((path) => path.includes('consumers'))).toBe(false);
  });

  it('name packages that their package.json has; those of every change are among its dependencies', () => {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    ) as Record<'dependencies' | 'devDependencies', Record<string, string>>;
    for (const { name, packages, everyChange } of consumers) {
      const there = everyChange ? dependencies : { ...dependencies, ...devDependencies };
      for (const each of packages) expect(there, name).toHaveProperty([each]);
    }
  });
});
