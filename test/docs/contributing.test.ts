import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readText } from './snippets';

const root = join(import.meta.dirname, '../..');
const page = readText('CONTRIBUTING.md');

/** Room of src -> the rooms it may import. */
const rooms = new Map(
  [...page.matchAll(/^\| (`src\/[^|]*) \|[^|]*\| ([^|]*) \|$/gm)].flatMap(([, names, allowed]) =>
    [...names!.matchAll(/`src\/([\w-]+)\/`/g)].map(([, room]) => [room!, allowed!.split(', ')] as const),
  ),
);

/** Rooms that the files of a room import, by file. */
function importsOf(room: string): { file: string; imported: string }[] {
  const files = readdirSync(join(root, 'src', room), { recursive: true, encoding: 'utf8' });
  return files
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const file = join(root, 'src', room, name);
      return [...readFileSync(file, 'utf8').matchAll(/ from '(\.[^']+)'/g)].map(([, path]) => ({
        file: relative(root, file),
        imported: relative(join(root, 'src'), join(dirname(file), path!)).split(/[\\/]/)[0]!,
      }));
    });
}

describe('CONTRIBUTING.md', () => {
  it('names paths that exist', () => {
    const paths = [...page.matchAll(/`([\w.-]+\/[\w./-]*|\w+\.(?:md|json))`/g)]
      .map(([, path]) => path!)
      // The model's file, not ours.
      .filter((path) => path !== 'config.json');
    expect(paths.length).toBeGreaterThan(40);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('has every room of src', () => {
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect([...rooms.keys(), 'subpaths'].sort()).toEqual(folders.map(({ name }) => name).sort());
  });

  it.each([...rooms])('%s imports no room but those it may', (room, allowed) => {
    const shared = ['errors', 'dtypes', room, '..'];
    expect(importsOf(room).filter(({ imported }) => ![...allowed, ...shared].includes(imported))).toEqual([]);
  });

  it('leads from the config to the shader, each step in a room below the last', () => {
    const [, walk] = page.match(/^## From.*?\n(.*?)^## /ms)!;
    const steps = [...walk!.matchAll(/^\d+\. .*?(?=^\d+\. |^$)/gms)].map(([step]) => step);
    expect(steps.length).toBeLessThanOrEqual(8);
    const order = [
      'src/config',
      'src/frequencies',
      'src/tables',
      'src/kernel',
      'src/rope',
      'shaders/rope.wgsl',
      'shaders/lib',
    ];
    const places = steps.map((step) => order.findIndex((room) => step.includes(`\`${room}`)));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(new Set(places)).toEqual(new Set(order.keys()));
  });
});
