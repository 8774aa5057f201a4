import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fromStorage, ropeConfig, toStorage } from 'webgpu-rope';
import { encodingRows } from 'webgpu-rope/additive';
import { contextReport, encodingProperties } from 'webgpu-rope/analysis';
import { alibiSlopes, t5Bucket } from 'webgpu-rope/bias';
import { schemePictures } from '../../scripts/docs-schemes';
import { blocksOf, readText, runSnippet, typeErrors } from './snippets';
import { ambient, scope } from './stand-ins';

const root = join(import.meta.dirname, '../..');
const pages = readdirSync(join(root, 'docs/schemes')).filter((name) => name.endsWith('.md'));
const blocks = pages.flatMap((name) => blocksOf(`docs/schemes/${name}`));

describe('pages of schemes', () => {
  it('schemes.md lists all of them', () => {
    const listed = [...readText('docs/schemes.md').matchAll(/\]\(schemes\/([\w-]+\.md)\)/g)];
    expect([...new Set(listed.map(([, name]) => name))].sort()).toEqual(pages.sort());
    expect(pages).toHaveLength(19);
  });

  it.each(pages)('%s has a picture, a formula, a source, code, users and advice', (name) => {
    const text = readText(`docs/schemes/${name}`);
    const [, ...sections] = text.split(/^## /m);
    const headings = sections.map((section) => section.slice(0, section.indexOf('\n')));
    const wanted = ['Formula', 'In this package', 'Who uses it', 'When to choose it'];
    expect(headings.filter((heading) => wanted.includes(heading))).toEqual(wanted);
    expect(text).toMatch(/^# .+\n\n.+/);
    expect(text).toContain(`](${name.replace('.md', '.svg')})`);
    expect(text).toMatch(/arxiv\.org\/abs\/\d{4}\.\d{5}|no paper|No paper/);
    expect(blocksOf(`docs/schemes/${name}`)).not.toHaveLength(0);
    // A screen or two.
    expect(text.split('\n').length).toBeLessThan(60);
  });

  it('their code has the types it should', () => expect(typeErrors(blocks, ambient)).toBe(''));

  it.each(blocks)('$where runs', async (block) => {
    const { names } = await scope();
    await runSnippet(block, names);
  });
});

describe('what they say', () => {
  const stored = (values: ArrayLike<number>, dtype: 'f16' | 'bf16') => [
    ...fromStorage(toStorage(values, dtype), dtype),
  ];

  it('integer.md: integers up to 2048 in f16 and 256 in bf16; at 4096 bf16 tells fewer than one in five apart', () => {
    const positions = Array.from({ length: 4096 }, (_, p) => p);
    for (const [dtype, last] of [
      ['f16', 2048],
      ['bf16', 256],
    ] as const) {
      const rows = stored(encodingRows({ type: 'integer', dim: 1 }, positions), dtype);
      expect(rows.findIndex((value, p) => value !== p)).toBe(last + 1);
    }
    const normalised = encodingRows({ type: 'integer', dim: 1, divisor: 4095 }, positions);
    expect(new Set(stored(normalised, 'bf16')).size).toBeLessThan(4096 / 5);
  });

  it('binary.md: 7 and 8 differ in four bits, 8 and 9 in one', () => {
    const row = (p: number) => encodingRows({ type: 'binary', dim: 20 }, [p]);
    const distance = (p: number, q: number) => row(p).filter((bit, i) => bit !== row(q)[i]).length;
    expect([distance(7, 8), distance(8, 9)]).toEqual([4, 1]);
  });

  it('sinusoidal.md: a step is the same linear map at every position', () => {
    const { linear } = encodingProperties({ encoding: { type: 'sinusoidal', dim: 16 } });
    expect(linear.map).toBe('linear');
  });

  it('sinusoidal.md: 14 of 32 pairs meet new angles at twice 1024 positions', () => {
    const source = { encoding: { type: 'sinusoidal', dim: 64 } } as const;
    const { unseen } = encodingProperties(source, { length: 1024 }).beyond;
    expect(unseen).toEqual({ what: 'pairs', count: 14, of: 32 });
  });

  it('t5.md: the last bucket begins at a distance of 91 in an encoder, of 113 in a decoder', () => {
    for (const [bidirectional, last, first] of [
      [true, 15, 91],
      [false, 31, 113],
    ] as const) {
      const bucketAt = (distance: number) => t5Bucket(-distance, { bidirectional });
      expect([bucketAt(first - 1), bucketAt(first)]).toEqual([last - 1, last]);
    }
  });

  it('alibi.md: a slope of 1/2 takes 50 at a distance of 100', () =>
    expect(alibiSlopes(8)[0]! * 100).toBe(50));

  it('context.md: of Llama 3.1 as many pairs are outside as it says', () => {
    const scaling = {
      type: 'llama3',
      factor: 8,
      lowFreqFactor: 1,
      highFreqFactor: 4,
      originalPositions: 8192,
    } as const;
    const llama31 = ropeConfig({ headDim: 128, theta: 500_000, scaling });
    const extended = contextReport(llama31, 8192, 131_072);
    const further = contextReport(llama31, 131_072, 262_144, { base: llama31 });
    const page = readText('docs/context.md');
    expect(page).toContain(`extended.outsideCount; // ${extended.outsideCount}:`);
    expect(page).toContain(`further.outsideCount; // ${further.outsideCount}:`);
  });
});

describe('their pictures', () => {
  const folder = join(root, 'docs/schemes');

  it('are all drawn by scripts/docs-schemes.ts', () =>
    expect(
      readdirSync(folder)
        .filter((name) => name.endsWith('.svg'))
        .sort(),
    ).toEqual([...schemePictures.keys()].sort()));

  it.each([...schemePictures])('%s is what the script draws, small and whole', (name, draw) => {
    const svg = draw();
    expect(readFileSync(join(folder, name), 'utf8')).toBe(svg);
    expect(svg.length).toBeLessThan(60_000);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(svg).toMatch(/role="img" aria-label="[^"]{40,}"/);
  });
});
