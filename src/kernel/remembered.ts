/** A Map or a WeakMap. */
interface Store<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): unknown;
}

/** The value of a key, made at its first use. */
export function remembered<K, V>(map: Store<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

/** The layer of a text that says all of its shape, made at its first use. */
export function rememberedLayer<V>(layers: Map<string, V>, key: string, make: () => V): V {
  let layer = layers.get(key);
  if (layer === undefined) {
    // An engine that slides its offsets without end must not make us remember without end.
    if (layers.size >= 256) layers.clear();
    layer = make();
    layers.set(key, layer);
  }
  return layer;
}
