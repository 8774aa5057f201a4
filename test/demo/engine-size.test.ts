import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('the engine stays an example to be read: below 900 lines, WGSL and comments included', () => {
  const counts = readdirSync('demo/engine').map((name) => ({
    name,
    lines: readFileSync(`demo/engine/${name}`, 'utf8').split('\n').length - 1,
  }));
  expect(counts.length).toBeGreaterThan(5);
  const total = counts.reduce((sum, { lines }) => sum + lines, 0);
  expect(total, counts.map(({ name, lines }) => `${lines} ${name}`).join('\n')).toBeLessThan(900);
});
