import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { modelsPage } from '../../scripts/docs-models';
import { ropeConfig } from '../../src/config/rope-config';
import type { RopeConfigInput } from '../../src/config/types';

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
});
