// K and V of each token to its row of their caches, as f32 or f16.

override HEADS: u32 = 1;
override KV_HEADS: u32 = 1;
override HEAD_DIM: u32 = 2;
override F16_CACHE: bool = false;

@group(0) @binding(0) var<storage, read> qkv: array<f32>;        // [tokens, HEADS + 2 KV_HEADS, HEAD_DIM]
@group(0) @binding(1) var<storage, read> slots: array<u32>;
@group(0) @binding(2) var<storage, read_write> k_cache: array<u32>; // rows of [KV_HEADS, HEAD_DIM]
@group(0) @binding(3) var<storage, read_write> v_cache: array<u32>;

// A word of f32, or two elements of f16: beyond its range the largest it has, as packing is undefined there.
fn word(at: u32) -> u32 {
  let both = pack2x16float(clamp(vec2f(qkv[at], qkv[at + 1]), vec2f(-65504), vec2f(65504)));
  return select(bitcast<u32>(qkv[at]), both, F16_CACHE);
}

// place.x counts the words of K, then those of V.
@compute @workgroup_size(64)
fn store(@builtin(global_invocation_id) place: vec3u) {
  let each = select(1u, 2u, F16_CACHE);
  let words = KV_HEADS * HEAD_DIM / each;
  let slot = slots[place.y];
  if (place.x >= 2 * words || slot == 0xffffffffu) {
    return;
  }
  let bits = word((place.y * (HEADS + 2 * KV_HEADS) + HEADS) * HEAD_DIM + place.x * each);
  if (place.x < words) {
    k_cache[slot * words + place.x] = bits;
  } else {
    v_cache[slot * words + place.x - words] = bits;
  }
}
