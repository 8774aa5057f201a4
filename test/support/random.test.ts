import { describe, expect, it } from 'vitest';
import { decode, fromStorage } from '../../src/dtypes';
import { bitsOf, createRandom, poison, randomTensor, seeded } from './random';
import { elementsOf, forEachHead, guardedTensor } from './tensors';

const DTYPES = ['f32', 'f16', 'bf16'] as const;

describe('createRandom', () => {
  it('gives the same numbers for the same seed, others for another', () => {
    const draw = (seed: number): number[] => {
      const random = createRandom(seed);
      return Array.from({ length: 5 }, () => random.next());
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('covers its ranges', () => {
    const random = createRandom(3);
    const seen = new Set(Array.from({ length: 200 }, () => random.integer(-1, 2)));
    expect([...seen].sort()).toEqual([-1, 0, 1, 2]);
    expect(new Set(Array.from({ length: 100 }, () => random.pick(['a', 'b']))).size).toBe(2);
    const normal = Array.from({ length: 20000 }, () => random.normal());
    const mean = normal.reduce((sum, value) => sum + value, 0) / normal.length;
    const variance = normal.reduce((sum, value) => sum + value * value, 0) / normal.length;
    // Standard errors 0.007 and 0.01.
    expect(Math.abs(mean)).toBeLessThan(0.035);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
    expect(() => random.pick([])).toThrow('choices: expected at least one');
  });
});

describe('seeded', () => {
  it('puts the seed in front of what was thrown, also by a promise', async () => {
    const fail = (): never => {
      throw new RangeError('too far');
    };
    await expect(seeded(99, fail)).rejects.toThrow(new RangeError('seed 99: too far'));
    await expect(seeded(99, async () => fail())).rejects.toThrow('seed 99: too far');
    await expect(seeded(99, (random) => random.seed)).resolves.toBe(99);
  });
});

describe.each(DTYPES)('tensors, %s', (dtype) => {
  it('randomTensor: finite and repeatable; special brings NaN, infinities, subnormals and zeros', () => {
    const plain = randomTensor(dtype, 4096, createRandom(1));
    expect(fromStorage(plain, dtype).every(Number.isFinite)).toBe(true);
    expect(bitsOf(randomTensor(dtype, 4096, createRandom(1)))).toEqual(bitsOf(plain));
    const special = fromStorage(randomTensor(dtype, 4096, createRandom(1), { special: true }), dtype);
    expect(special.some(Number.isNaN)).toBe(true);
    for (const value of [Infinity, -Infinity, 0, decode(1, dtype)])
      expect(special.includes(value)).toBe(true);
  });

  it('poison is NaN everywhere, with different payloads side by side', () => {
    const storage = dtype === 'f32' ? new Float32Array(500) : new Uint16Array(500);
    poison(storage);
    expect(fromStorage(storage, dtype).every(Number.isNaN)).toBe(true);
    const bits = bitsOf(storage);
    expect(bits.every((value, i) => i === 0 || value !== bits[i - 1])).toBe(true);
  });

  it('guardedTensor: random heads, poison everywhere else', () => {
    const place = { heads: 2, headDim: 4, tokens: 2, batch: 2, capacity: 5, first: 1, offset: 3 };
    const tensor = guardedTensor(dtype, place, createRandom(4), { guard: 6 });
    expect(elementsOf(place)).toBe(3 + 2 * 5 * 2 * 4);
    expect(tensor.byteLength % 4).toBe(0);
    expect(tensor.length).toBeGreaterThanOrEqual(elementsOf(place) + 6);
    const own = new Set<number>();
    forEachHead(place, (start) => {
      for (let dim = 0; dim < 4; dim++) own.add(start + dim);
    });
    expect(own.size).toBe(2 * 2 * 2 * 4);
    const values = fromStorage(tensor, dtype);
    for (const [i, value] of values.entries()) expect(Number.isNaN(value), `element ${i}`).toBe(!own.has(i));
  });
});
