// naive-trig: what engines commonly write. One invocation rotates one pair of one head of one token and computes cosine
// and sine itself, which WGSL only bounds near zero. A baseline of the benchmark, not part of the package.
//   x' = x*cos(p*f[i]) - y*sin(p*f[i])
//   y' = y*cos(p*f[i]) + x*sin(p*f[i])
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
@group(0) @binding(1) var<storage, read> frequencies: array<f32>;   // radians a position, one a pair
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
  let angle = f32(params.start + token) * frequencies[pair];
  let c = cos(angle);
  let s = sin(angle);
  let a = f32(x[i]);
  let b = f32(x[j]);
  x[i] = T(a * c - b * s);
  x[j] = T(b * c + a * s);
}
