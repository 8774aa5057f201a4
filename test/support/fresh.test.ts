import { describe, expect, inject, it } from 'vitest';
import { fresh, freshCases } from './fresh';
import { seedOfRun } from './seed';

describe('fresh', () => {
  it('draws by the seed of the run, and puts it in front of what was thrown, once', async () => {
    const seed = inject('seed');
    await expect(fresh((random) => random.seed)).resolves.toBe(seed);
    const fail = async (): Promise<never> => {
      throw new RangeError('too far');
    };
    const wrong = new RangeError(`SEED=${seed} repeats this: too far`);
    await expect(fresh(fail)).rejects.toThrow(wrong);
    await expect(fresh(() => fresh(fail))).rejects.toThrow(wrong);
  });

  it('cases have one seed after the other, and the failure that of its case', async () => {
    const seeds: number[] = [];
    await freshCases(3, (random) => void seeds.push(random.seed));
    expect(seeds).toEqual([0, 1, 2].map((i) => (inject('seed') + i) >>> 0));
    const third = freshCases(5, (random) => {
      if (random.seed === seeds[2]) throw new Error('odd');
    });
    await expect(third).rejects.toThrow(`SEED=${seeds[2]} repeats this: odd`);
  });
});

describe('seedOfRun', () => {
  it('is what SEED says, else an integer of 32 bits', () => {
    expect(seedOfRun({ SEED: '0' })).toBe(0);
    expect(seedOfRun({ SEED: '4294967295' })).toBe(2 ** 32 - 1);
    for (const env of [{}, { SEED: '' }]) {
      const seed = seedOfRun(env);
      expect(seed).toBe(seed >>> 0);
    }
  });

  it.each(['4294967296', '-1', '1.5', '1e3', 'x'])('refuses %s', (SEED) => {
    expect(() => seedOfRun({ SEED })).toThrow(
      new RangeError(`SEED: expected an integer in 0..4294967295, got "${SEED}"`),
    );
  });
});
