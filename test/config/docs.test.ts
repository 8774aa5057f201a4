import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { modelsPage } from '../../scripts/docs-models';
import * as axes from '../../src/config/axes';
import { ropeConfig } from '../../src/config/rope-config';
import type { RopeConfigInput } from '../../src/config/types';
import * as grids from '../../src/positions/grid';
import * as mrope from '../../src/positions/mrope';

const page = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

describe('docs', () => {
  it('models.md is what scripts/docs-models.ts writes', () => expect(page('models.md')).toBe(modelsPage()));

  it('schemes.md has a section for each scheme, with a config that reads', () => {
    const schemes = page('schemes.md');
    const examples = [...schemes.matchAll(/^```json\n(.*?)^```/gms)].map(
      ([, json]) => JSON.parse(json!) as object,
    );
    const types = examples.map(
      (scaling) => ropeConfig({ headDim: 4, scaling } as RopeConfigInput).scaling.type,
    );
    expect(types).toEqual([
      'default',
      'linear',
      'ntk',
      'dynamic',
      'yarn',
      'ntk-by-parts',
      'longrope',
      'llama3',
      'proportional',
      'divisors',
      'explicit',
    ]);
    for (const type of types) expect(schemes).toMatch(new RegExp(`^## .*\`${type}\``, 'm'));
  });

  it('positions.md: every preset and builder it calls can be called so', () => {
    const builders: object = { ...axes, ...grids, ...mrope };
    const names = Object.keys(builders).join('|');
    const calls = [...page('positions.md').matchAll(new RegExp(`(?<![\\w.])(?:${names})\\([^()]*\\)`, 'g'))];
    expect(calls.length).toBeGreaterThan(15);
    const others = {
      rotaryDim: 96,
      batch: 2,
      ids: [...Array(294).fill(151655), ...Array(256).fill(151656), ...Array(38).fill(0)],
      mask: undefined,
    };
    for (const [call] of calls) {
      const scope: Record<string, unknown> = { ...builders, ...others };
      const run = new Function(...Object.keys(scope), `return ${call}`);
      expect(() => run(...Object.values(scope)), call).not.toThrow();
    }
  });
});
