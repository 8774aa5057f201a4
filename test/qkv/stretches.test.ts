import { describe, expect, it } from 'vitest';
import {
  bindingsOf,
  type CallReads,
  dealt,
  type Extent,
  liesWithin,
  type Role,
  storageBuffersOf,
} from '../../src/qkv/stretches';
import {
  bufferOf,
  buffersOf,
  kindsOfReads,
  type LayerBuffers,
  layersOfAllSorts,
  noReads,
  rolesIn,
  variantFor,
} from '../support/qkv-roles';

const idsAndSlots: CallReads = { ...noReads, ids: true, rows: true };

const packedWithNorms: LayerBuffers = {
  ...{ q: 'packed', k: 'packed', v: 'packed', kCache: 'k cache', vCache: 'v cache' },
  ...{ qWeight: 'weights', kWeight: 'weights' },
};
const apartWithNorms: LayerBuffers = {
  ...{ q: 'q', k: 'k', v: 'v', kCache: 'k cache', vCache: 'v cache' },
  ...{ qWeight: 'q weight', kWeight: 'k weight' },
};

const bindingsFor = (names: LayerBuffers) => variantFor(names, 'chunks', noReads).bindings;

describe('storage buffers of a launch', () => {
  it('packed Q, K and V, weights in one buffer, two caches, ids and slots: the eight that WebGPU guarantees', () => {
    const bindings = bindingsFor(packedWithNorms);
    expect(bindings.stretches).toHaveLength(4);
    expect(storageBuffersOf(bindings, idsAndSlots)).toBe(8);
  });

  it('each in a buffer of its own: seven, the table, the counters, and what is read', () => {
    expect(bindingsFor(apartWithNorms).stretches).toHaveLength(7);
    expect(kindsOfReads.map((reads) => storageBuffersOf(bindingsFor(apartWithNorms), reads))).toEqual(
      kindsOfReads.map((_, bits) => 9 + [...bits.toString(2)].filter((bit) => bit === '1').length),
    );
  });

  it('a buffer that holds a written tensor is bound to be written, for all that lies there', () => {
    const { roles, stretches, of } = bindingsFor(packedWithNorms);
    const accessOf = (variable: string) =>
      stretches[of[roles.findIndex((each) => each.variable === variable)]!]!;
    for (const variable of ['q', 'k', 'v', 'k_cache', 'v_cache'])
      expect(accessOf(variable).isWritten).toBe(true);
    for (const variable of ['q_weight', 'k_weight']) expect(accessOf(variable).isWritten).toBe(false);
    // Alone, the K that goes to a cache is only read.
    const apart = bindingsFor(apartWithNorms);
    expect(
      apart.roles.map(({ variable }, i) => [variable, apart.stretches[apart.of[i]!]!.isWritten]),
    ).toEqual([
      ['q', true],
      ['q_weight', false],
      ['k', false],
      ['k_cache', true],
      ['k_weight', false],
      ['v', false],
      ['v_cache', true],
    ]);
  });
});

describe('parts are dealt to launches', () => {
  const launchesAt = (limit: number, names: LayerBuffers, reads: CallReads) => {
    const roles = rolesIn(names, buffersOf(4096));
    const parts = (['q', 'k', 'v'] as const).filter((part) => names[part] !== undefined);
    return dealt(parts, (some) => {
      const own = roles.filter(({ part }) => some.includes(part));
      const extents = own.map(() => ({ begin: 0, end: 4096 }));
      return storageBuffersOf(bindingsOf(own, extents, 2 ** 27), reads) <= limit;
    });
  };

  it.each([
    { what: 'packed', names: packedWithNorms, limit: 8, launches: [['q', 'k', 'v']] },
    { what: 'apart', names: apartWithNorms, limit: 11, launches: [['q', 'k', 'v']] },
    { what: 'apart', names: apartWithNorms, limit: 10, launches: [['q', 'k'], ['v']] },
    { what: 'apart', names: apartWithNorms, limit: 8, launches: [['q', 'v'], ['k']] },
  ])('$what, ids and slots, $limit buffers: $launches', ({ names, limit, launches }) => {
    expect(launchesAt(limit, names, idsAndSlots)).toEqual(launches);
  });

  it('each part once, in launches that fit eight buffers, wherever tensors lie', () => {
    // Ragged positions say the tokens themselves, as a step would.
    const kinds = kindsOfReads.filter((reads) => !(reads.offsets && reads.step));
    for (const names of layersOfAllSorts()) {
      const parts = (['q', 'k', 'v'] as const).filter((part) => names[part] !== undefined);
      for (const reads of kinds) {
        const launches = launchesAt(8, names, reads);
        expect(new Set(launches.flat())).toEqual(new Set(parts));
        expect(launches.flat()).toHaveLength(parts.length);
        for (const launch of launches) expect(launchesAt(8, pick(names, launch), reads)).toEqual([launch]);
      }
    }
  });

  const pick = (names: LayerBuffers, parts: readonly string[]): LayerBuffers =>
    Object.fromEntries(Object.entries(names).filter(([key]) => parts.includes(key[0]!)));

  it('a part that fits nowhere stays alone', () => {
    expect(dealt(['q', 'k', 'v'], () => false)).toEqual([['q'], ['k'], ['v']]);
    expect(dealt(['k'], () => false)).toEqual([['k']]);
  });
});

describe('a buffer past one binding', () => {
  const span = 2_147_483_644;
  const big = bufferOf(2 ** 34);

  /** Roles in the buffer, by name: the bytes that they span, and whether they are written. */
  const cut = (bytes: Record<string, readonly [begin: number, end: number]>, isWritten = true, of = big) => {
    const roles = Object.keys(bytes).map(
      (name): Role => ({ variable: 'q', part: 'q', name, buffer: of, isWritten }),
    );
    const extents = Object.values(bytes).map(([begin, end]): Extent => ({ begin, end }));
    return { roles, extents, bindings: bindingsOf(roles, extents, span) };
  };
  const placesOf = ({ stretches }: ReturnType<typeof bindingsOf>) =>
    stretches.map(({ offset, size }) => [offset, size]);

  it('what fits one binding is bound whole, wherever its tensors lie', () => {
    const { bindings } = cut({ q: [1000, 2000], k: [5000, 6000] }, true, bufferOf(span));
    expect(placesOf(bindings)).toEqual([[0, span]]);
  });

  it('bindings begin at a multiple of 256 bytes, and go on to the end of what lies there', () => {
    const { bindings } = cut({ q: [2 ** 33 + 1000, 2 ** 33 + 5000], k: [300, 4000], v: [4000, 4100] });
    expect(placesOf(bindings)).toEqual([
      [256, 3844],
      [2 ** 33 + 768, 4232],
    ]);
    expect(bindings.of).toEqual([1, 0, 0]);
  });

  it('a binding is of whole words, where a head of an odd size ends within one', () => {
    expect(placesOf(cut({ q: [1024, 1030] }).bindings)).toEqual([[1024, 8]]);
  });

  it('roles share a binding up to the last byte that it may span', () => {
    expect(placesOf(cut({ k: [0, 100], v: [span - 100, span] }).bindings)).toEqual([[0, span]]);
    const apart = cut({ k: [0, 100], v: [span - 96, span + 4] }).bindings;
    expect(placesOf(apart)).toHaveLength(2);
    expect(apart.stretches.every(({ offset }) => offset % 256 === 0)).toBe(true);
  });

  it('a role that spans more than a binding is refused by its name', () => {
    expect(() => cut({ 'k.cache': [0, span + 4] })).toThrow(
      new RangeError(
        `k.cache: expected at most ${span} bytes (maxStorageBufferBindingSize), got ${span + 4}`,
      ),
    );
    // The bytes before it that a binding has to begin with count.
    expect(() => cut({ 'k.cache': [260, span + 260] })).toThrow(`got ${span + 4}`);
  });

  it('written bytes of two bindings may not lie between each other', () => {
    const woven = { 'k.cache': [0, span - 1000], 'v.cache': [1000, span + 500] } as const;
    expect(() => cut(woven)).toThrow(
      new RangeError(
        'v.cache: expected bytes apart from those of the other tensors of its GPUBuffer, which one binding of ' +
          `${span} bytes (maxStorageBufferBindingSize) does not span, bindings beginning at multiples of 256, got 1000..${span + 499}`,
      ),
    );
    // Of weights that are only read, bindings may overlap.
    expect(placesOf(cut(woven, false).bindings)).toEqual([
      [0, span - 1000],
      [768, span - 268],
    ]);
  });

  it('nor where the binding of an earlier one grows over that of a later one', () => {
    const within = { q: [0, 100], 'k.cache': [6000, span + 1000], 'v.cache': [7000, 9000] } as const;
    expect(() => cut(within)).toThrow(/^v\.cache: expected bytes apart .*, got 7000\.\.8999$/);
  });

  it('liesWithin: as far as all of them are where they were bound', () => {
    const { bindings, extents } = cut({ q: [300, 4000], k: [2 ** 33, 2 ** 33 + 4000] });
    expect(liesWithin(bindings, extents)).toBe(true);
    const moved = (of: number, begin: number, end: number) =>
      liesWithin(
        bindings,
        extents.map((extent, i) => (i === of ? { begin, end } : extent)),
      );
    expect(moved(0, 256, 4000)).toBe(true);
    expect(moved(0, 252, 4000)).toBe(false);
    expect(moved(0, 300, 4004)).toBe(false);
    expect(moved(1, 2 ** 33, 2 ** 33 + 4004)).toBe(false);
    expect(moved(1, 300, 4000)).toBe(false);
  });
});
