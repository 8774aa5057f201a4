import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { apiReport, currentReport, reportFile } from '../../scripts/docs-api-report';

test('docs/api-report.txt is the public surface as it is', async () =>
  expect(await currentReport(), 'run npx tsx scripts/docs-api-report.ts').toBe(
    readFileSync(reportFile, 'utf8'),
  ));

const files: Record<string, string> = {
  'room/index.d.ts': "export { make, type Options } from './make.js';\nexport {};\n",
  'room/make.d.ts': `import type { Kind as Sort } from '../kinds.js';
/** What it makes. */
export interface Options {
    /** Which. */
    readonly kind?: Sort;
    // Not theirs.
    readonly depth: Depth;
}
interface Depth {
    readonly of: number;
}
export declare function make(options: Options): void;
export declare function make(kind: Sort, depth: Depth): void;
export declare const never: unique symbol;
`,
  'kinds.d.ts': "export type Kind = 'a' | 'b';\nexport declare abstract class Unseen {\n    #private;\n}\n",
};

const names = [
  { name: 'Options', specifier: 'it', source: 'room' },
  { name: 'make', specifier: 'it', source: 'room' },
  { name: 'make', specifier: 'it/again', source: 'room/make' },
];

test('the report has exports through barrels, overloads, and what they refer to, once, without comments', () => {
  expect(apiReport(names, (path) => files[path])).toBe(`## it

Options
make

interface Options {
    readonly kind?: Sort;
    readonly depth: Depth;
}

function make(options: Options): void;
function make(kind: Sort, depth: Depth): void;

## it/again

make

## What these refer to

interface Depth {
    readonly of: number;
}

type Kind = 'a' | 'b';
`);
});

test('an export that no file declares is an error', () => {
  const strange = [{ name: 'gone', specifier: 'it', source: 'room/make' }];
  expect(() => apiReport(strange, (path) => files[path])).toThrow(
    /room\/make: expected a declaration of gone/,
  );
});
