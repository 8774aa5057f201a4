// The files of docs/guide.md, as they stand there: their own checks throw where they fail.
import { expect, test } from 'vitest';

test('the guide: prefill and decode of its engine agree with the reference', () =>
  import('guide:engine.test.ts'));

test('the guide: keys follow a grown base', () => import('guide:long.test.ts'));

test('the guide would see positions that begin at 0 again', () =>
  expect(import('guide-with-mistake:engine.test.ts')).rejects.toThrow(/^Q\[\d+\]: expected/));

test('the guide would see stale keys', () =>
  expect(import('guide-with-mistake:long.test.ts')).rejects.toThrow(/^K\[\d+\]: expected/));

test('the guide: from a model file to text', () => import('guide:teller.test.ts'));

test('the guide would see the other pairing', () =>
  expect(import('guide-with-mistake:teller.test.ts')).rejects.toThrow(/^expected Once there was/));
