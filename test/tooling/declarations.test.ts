import { expect, test } from 'vitest';
import { withExtensions } from '../../scripts/declarations';

const files = ['index.d.ts', 'errors.d.ts', 'gpu/rope.d.ts', 'reference/index.d.ts'];
const rewrite = (text: string, file: string) => withExtensions(text, file, (path) => files.includes(path));

test('relative imports get the names of the files they stand for', () => {
  expect(rewrite("export { a } from './gpu/rope';\nexport * from './reference';", 'index.d.ts')).toBe(
    "export { a } from './gpu/rope.js';\nexport * from './reference/index.js';",
  );
  expect(rewrite("type A = import('../errors').A;", 'gpu/rope.d.ts')).toBe(
    "type A = import('../errors.js').A;",
  );
  expect(rewrite("import type { A } from '..';", 'gpu/rope.d.ts')).toBe(
    "import type { A } from '../index.js';",
  );
});

test('packages are left alone', () => {
  expect(rewrite("import 'other';\nexport { a } from 'webgpu-rope';", 'index.d.ts')).toBe(
    "import 'other';\nexport { a } from 'webgpu-rope';",
  );
});

test('an import that leads nowhere is an error', () => {
  expect(() => rewrite("export * from './gone';", 'index.d.ts')).toThrow(
    'index.d.ts: no declaration file for ./gone',
  );
});
