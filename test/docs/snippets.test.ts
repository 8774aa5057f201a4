import { describe, expect, it } from 'vitest';
import { blocksOf, fragmentsOf, pages, runSnippet, typeErrors } from './snippets';
import { ambient, scope } from './stand-ins';

const blocks = pages.flatMap(blocksOf);
const fragments = pages.flatMap(fragmentsOf);

describe('code in the pages', () => {
  it('is there', () => {
    expect(blocks.length).toBeGreaterThan(15);
    expect(fragments.length).toBeGreaterThan(30);
  });

  it('has the types it should', () => {
    expect(typeErrors([...blocks, ...fragments], ambient)).toBe('');
  });

  it('is not checked by a checker that lets everything pass', () => {
    const wrong = {
      where: 'wrong:1',
      code: 'layer.encode(pass, { tokens: 1, position: 3 });',
      imports: new Map(),
    };
    expect(typeErrors([wrong], ambient)).toMatch(/wrong-1\.ts.*'position' does not exist/s);
  });

  it.each(blocks)('$where runs', async (block) => {
    const { device, names } = await scope();
    await runSnippet(block, names);
    const encodes = /\.(encode|rerotate)\(/.test(block.code);
    if (encodes) expect(device.dispatches).toBeGreaterThan(0);
  });
});
