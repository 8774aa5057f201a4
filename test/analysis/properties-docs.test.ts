import { expect, it } from 'vitest';
import { readPage } from '../../scripts/docs-pages';
import { propertiesPage } from '../../scripts/docs-properties';

it('properties.md is what scripts/docs-properties.ts writes', () =>
  expect(readPage('properties.md')).toBe(propertiesPage(readPage('properties.md'))));
