import { describe, expect, it } from 'vitest';
import { filesOf } from './page-modules';
import { typeErrors } from './page-types';

// test/gpu/guide.test.ts runs them.
describe('guide.md', () => {
  const files = filesOf('guide.md');

  it('is made of these files', () =>
    expect([...files.keys()]).toEqual([
      'engine.ts',
      'engine.test.ts',
      'long.ts',
      'long.test.ts',
      'teller.ts',
      'teller.test.ts',
    ]));

  it('has the types it should, and every import is used', () => expect(typeErrors(files)).toBe(''));

  it('is not checked by a checker that lets everything pass', () => {
    const wrong = new Map(files).set('engine.ts', files.get('engine.ts')!.replace('kFirst:', 'kfirst:'));
    expect(typeErrors(wrong)).toMatch(/engine\.ts.*kfirst/s);
  });
});
