import { checkChoice, checkInteger, checkKeys, wrongType } from '../errors';
import { remembered, rememberedLayer } from '../kernel/remembered';
import { Rope } from '../rope/rope';
import { QkvCore } from './core';
import { QkvLayer } from './layer';
import type { QkvBadEntries, QkvBinding } from './options';
import { type PartName, PartView } from './part';

/**
 * All that lies between the projections of a layer and its attention, in one encode: QK-norm, the rotation by a rope, and the write of
 * K and V to their cache; each of them alone as well. Compiles nothing yet: see `prepare` of a layer.
 *
 * @param rope Its tables and positions are used; destroy it last.
 * @throws {TypeError} no rope, or one that was destroyed
 * @example
 * const qkv = createQkv(rope);
 * const layer = qkv.bind({
 *   q: { buffer: q, heads: 32, norm: { weight: qNorm, epsilon: 1e-6 } },
 *   k: { buffer: k, heads: 8, norm: { weight: kNorm, epsilon: 1e-6 }, cache: { buffer: kCache, capacity: 8192 } },
 *   v: { buffer: v, heads: 8, cache: { buffer: vCache, capacity: 8192 } },
 *   dtype: 'f16',
 * });
 * layer.encode(pass, { tokens: 1, start: 412, rows: { type: 'first', first: 412 } });
 */
export function createQkv(rope: Rope): Qkv {
  if (!(rope instanceof Rope)) throw wrongType('rope', 'a Rope', rope);
  rope.core.kernel.checkAlive();
  return new Qkv(new QkvCore(rope.core));
}

const partNames = ['q', 'k', 'v'] as const satisfies readonly PartName[];

/** Norms, rotates and caches Q, K and V of the layers of a model. Made by {@link createQkv}. */
export class Qkv {
  readonly #core: QkvCore;
  readonly #layers = new WeakMap<object, Map<string, QkvLayer>>();

  /** @internal */
  constructor(core: QkvCore) {
    this.#core = core;
  }

  /**
   * Names the tensors. Cheap, and remembered: the same buffers, arrays of weights and shapes give the same layer. Numbers of
   * weights are copied when they are first bound.
   *
   * @throws {TypeError} none of Q, K and V; V without a cache; no STORAGE usage; a wrong kind
   * @throws {RangeError} a dtype the rope was not created with, offsets or strides not on a 4-byte word, a size out of range
   */
  bind(binding: QkvBinding): QkvLayer {
    const core = this.#core;
    core.checkAlive();
    checkKeys('binding', binding, ['q', 'k', 'v', 'dtype', 'headDim', 'rotates']);
    const { config, dtypes } = core.rope.setup;
    const dtype = checkChoice('dtype', binding.dtype, dtypes);
    const { rotates = true } = binding;
    if (typeof rotates !== 'boolean') throw wrongType('rotates', 'true or false', rotates);
    const headDim = checkInteger('headDim', binding.headDim ?? config.headDim, 1, 2 ** 31);
    const parts = partNames.flatMap((name) => {
      const given = binding[name];
      if (given === undefined) return [];
      return [
        new PartView(name, given, {
          dtype,
          headDim,
          rotaryDim: rotates && name !== 'v' ? config.rotaryDim : 0,
          placement: config.placement,
        }),
      ];
    });
    const [first] = parts;
    if (!first) throw wrongType('binding', 'q, k or v', binding);
    const objects = parts.flatMap(({ source, cache, norm }) => [source.buffer, cache?.buffer, norm?.weight]);
    const key = [
      dtype,
      rotates,
      ...parts.map((part) => part.name + part.key),
      ...objects.map((each) => core.numberOf(each)),
    ];
    const layers = remembered(this.#layers, first.source.buffer, () => new Map<string, QkvLayer>());
    return rememberedLayer(layers, key.join(' '), () => new QkvLayer(core, parts, rotates));
  }

  /**
   * What encodes submitted so far have met and left alone, since the last call. Submits a read-back of its own.
   */
  async readBad(): Promise<QkvBadEntries> {
    this.#core.checkAlive();
    return this.#core.readBad();
  }

  /**
   * Ends parameters and counters, not the rope; the engine's buffers stay as they are. Submit what was encoded before, and replay no
   * recording after.
   */
  destroy(): void {
    this.#core.destroy();
  }
}
