import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { planted } from '../../scripts/faults';
import { faults } from './list';

test('60 faults or more, of shaders and of the host', () => {
  expect(faults.length).toBeGreaterThanOrEqual(60);
  expect(faults.filter(({ file }) => file.endsWith('.wgsl')).length).toBeGreaterThan(15);
});

test.each(faults)('$file: $note can be planted, and its tests are there', (fault) => {
  const text = readFileSync(fault.file, 'utf8');
  expect(planted(text, fault)).not.toBe(text);
  for (const path of fault.tests) expect(existsSync(path), path).toBe(true);
});
