import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { expect, it } from 'vitest';
import { moduleFiles, shaderFolder } from '../../scripts/shaders';

/** As many successive lines of code may not stand in two places. */
const longest = 6;

interface Line {
  readonly text: string;
  readonly place: string;
}

/** Lines of code: no comments, no blank lines, none of only punctuation. */
function linesOf(name: string, text: string): Line[] {
  return text
    .split('\n')
    .map((line, i) => ({ text: line.replace(/\/\/.*/, '').trim(), place: `${name}:${i + 1}` }))
    .filter((line) => /\w/.test(line.text));
}

/** Runs of lines that are somewhere else too, each with both places. */
function repeatsIn(files: readonly (readonly [name: string, text: string])[]): string[] {
  const places = new Map<string, string>();
  return files.flatMap(([name, text]) => {
    const lines = linesOf(name, text);
    return lines.slice(longest - 1).flatMap((_, i) => {
      const run = lines.slice(i, i + longest);
      const code = run.map((line) => line.text).join('\n');
      const place = run[0]!.place;
      const first = places.get(code);
      places.set(code, first ?? place);
      return first === undefined ? [] : [`${place} is ${first}:\n${code}`];
    });
  });
}

it('no six lines of WGSL stand in two places', () => {
  const files = moduleFiles().map(
    (file) => [relative(shaderFolder, file), readFileSync(file, 'utf8')] as const,
  );
  expect(files.length).toBeGreaterThan(10);
  // Block comments are not looked for.
  for (const [, text] of files) expect(text).not.toContain('/*');
  expect(repeatsIn(files)).toEqual([]);
});

it('six lines that do would be found, whatever their comments, blanks and brackets', () => {
  const six = ['if (a) {', 'b();', '}', 'c();', 'd();', 'e();', 'f();'];
  const again = six.map((line) => `  ${line}   // again\n\n`).join('  }\n');
  expect(
    repeatsIn([
      ['x', six.join('\n')],
      ['y', `g();\n${again}`],
    ]),
  ).toEqual([expect.stringMatching(/^y:2 is x:1:\nif \(a\) \{\nb\(\);/)]);
  expect(repeatsIn([['x', `${six.join('\n')}\nh();\n${six.join('\n')}`]])).toHaveLength(1);
  expect(
    repeatsIn([
      ['x', six.join('\n')],
      ['y', six.slice(1).join('\n')],
    ]),
  ).toEqual([]);
});
