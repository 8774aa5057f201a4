/** A rotation by a token table, held against the reference: what the tests of positions below 0 and between integers share. */
import { expect } from 'vitest';
import {
  createTokenTable,
  type RopeCaches,
  type RopeConfigInput,
  type RopeDtype,
  type RopeTensor,
  readTensor,
  ropeConfig,
  ropeFrequencies,
  type TokenTableEncodeOptions,
  uploadTensor,
} from 'webgpu-rope';
import { expectContract } from './contract';
import { type Own, withErrorScope } from './gpu';
import type { Random } from './random';
import { submitPass } from './rotation-case';
import { guardedTensor } from './tensors';

export interface TokenTableCase {
  readonly config: RopeConfigInput;
  /** Tables of the caller's own, in place of the config's frequencies. */
  readonly caches?: RopeCaches & { readonly cosCache: Float32Array; readonly sinCache: Float32Array };
  readonly dtype?: RopeDtype;
  readonly tokens: number;
  readonly batch?: number;
  /** Row of the first token. */
  readonly row?: number;
  readonly source: (own: Own) => Omit<TokenTableEncodeOptions, 'tokens' | 'batch' | 'row'>;
  /** What the reference is told, an axis each: NaN where the token must stay as it is. */
  readonly positions: readonly (readonly number[])[];
  readonly bad?: number;
}

const heads = { q: 3, k: 1 } as const;

/** Rotates random Q and K by rows of a table, and fails unless every element keeps the numerics contract. */
export async function expectTokenTable(device: GPUDevice, random: Random, c: TokenTableCase): Promise<void> {
  await withErrorScope(device, async (own) => {
    const { tokens, batch = 1, row = 0, dtype = 'f32', caches } = c;
    const config = ropeConfig(c.config);
    const { headDim, rotaryDim, pairing, placement, axes } = config;
    const rows = row + tokens * batch;
    const table = own(await createTokenTable(device, caches ?? config, { tokens: rows, dtypes: [dtype] }));
    const tensors = (['q', 'k'] as const).map((name) => {
      const place = { headDim, tokens, batch, heads: heads[name], offset: 4 };
      const before = guardedTensor(dtype, place, random);
      return { place, before, buffer: own(uploadTensor(device, before, dtype, { as: 'bits' })) };
    });
    const [q, k] = tensors.map(({ place, buffer }) => ({ buffer, heads: place.heads, offset: 4 })) as [
      RopeTensor,
      RopeTensor,
    ];
    const layer = table.rope.bind({ q, k, dtype });
    const source = c.source(own);
    submitPass(device, (pass) => {
      table.encode(pass, { tokens, batch, row, ...source });
      layer.encode(pass, { tokens, batch, positions: { ...table.positions, offset: row } });
    });
    const { inverseFrequencies, attentionFactor } = ropeFrequencies(config);
    const turn = caches
      ? { cosCache: caches.cosCache, sinCache: caches.sinCache }
      : { inverseFrequencies, attentionFactor };
    const positions = axes ? c.positions : (c.positions[0] as readonly number[]);
    for (const { place, before, buffer } of tensors) {
      const after = await readTensor(device, buffer, dtype);
      const common = { dtype, rotaryDim, pairing, placement, ...place, ...turn };
      expectContract({
        before,
        after,
        rotations: { ...common, positions, padding: Number.NaN, pairAxis: axes?.pairAxis },
      });
    }
    expect(await table.readBadPositions()).toBe(c.bad ?? 0);
    expect(await table.rope.readBadPositions()).toBe(0);
  });
}
