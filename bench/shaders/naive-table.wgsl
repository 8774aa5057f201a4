// naive-table: what engines commonly write. One invocation rotates one pair of one head of one token; cosines and sines
// come from a table with a row a position. A baseline of the benchmark, not part of the package.
//   x' = x*cos - y*sin
//   y' = y*cos + x*sin
// Layout: x[token][head][headDim]. Q and K are two launches.

// The host writes f16 here (and `enable f16;` above) where the tensors are f16.
alias T = f32;

override HALF: bool = true;   // pairs (i, i + P), else (2i, 2i + 1)

struct Params {
  tokens: u32,
  heads: u32,
  head_dim: u32,
  pairs: u32,
  start: u32,        // position of token 0
  grid_width: u32,   // workgroups along x; the grid goes on along y
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> cosines: array<f32>;   // [token][pair]
@group(0) @binding(2) var<storage, read> sines: array<f32>;
@group(0) @binding(3) var<storage, read_write> x: array<T>;

@compute @workgroup_size(64)
fn rotate(@builtin(global_invocation_id) id: vec3u) {
  let index = id.y * params.grid_width * 64u + id.x;
  if (index >= params.tokens * params.heads * params.pairs) {
    return;
  }
  let pair = index % params.pairs;
  let row = index / params.pairs;
  let token = row / params.heads;
  let base = row * params.head_dim;
  let i = base + select(2u * pair, pair, HALF);
  let j = select(i + 1u, i + params.pairs, HALF);
  let c = cosines[token * params.pairs + pair];
  let s = sines[token * params.pairs + pair];
  let a = f32(x[i]);
  let b = f32(x[j]);
  x[i] = T(a * c - b * s);
  x[j] = T(b * c + a * s);
}
