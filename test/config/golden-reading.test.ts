import { describe, expect, it } from 'vitest';
import faults from '../golden/faults.json';
import llamacpp from '../golden/llamacpp.json';
import realConfigs from '../golden/real-configs.json';
import transformers from '../golden/transformers.json';
import { faultsOf, type ReadingCase } from './golden-reading';

const files = {
  transformers: transformers as unknown as readonly ReadingCase[],
  'real configs': realConfigs as unknown as readonly ReadingCase[],
  'llama.cpp': llamacpp as unknown as readonly ReadingCase[],
};
const all = Object.values(files).flat();

describe('golden readings', () => {
  it('are 559', () => expect(all).toHaveLength(559));

  for (const [name, cases] of Object.entries(files)) {
    describe(name, () => {
      for (const golden of cases) it(golden.id, () => expect(faultsOf(golden)).toEqual([]));
    });
  }
});

describe('faults of the readers that were found', () => {
  it('are 109', () => expect(faults).toHaveLength(109));

  for (const { id, kind, case: name } of faults) {
    it(`${id} (${kind}) is read right: ${name}`, () => {
      const golden = all.filter((one) => one.id === name);
      expect(golden.length).toBeGreaterThan(0);
      for (const one of golden) expect(faultsOf(one)).toEqual([]);
    });
  }
});
