// copy: Q in place, K and V to other buffers, in one launch: the bytes that lie between projections and attention, moved once, 16 at a
// time. Walks as multiply.wgsl does.

override WORKGROUP: u32 = 64;
override FOUR: bool = true;

struct Params {
  q_chunks: u32,     // 16-byte chunks of each tensor
  k_chunks: u32,     // of K, as of V
  grid_width: u32,   // workgroups along x; the grid goes on along y
  invocations: u32,  // stride of the walk; the grid may be larger
  factor: f32,       // 1, which the compiler does not know
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> q: array<vec4f>;
@group(0) @binding(2) var<storage, read> k: array<vec4f>;
@group(0) @binding(3) var<storage, read> v: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> k_to: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> v_to: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn copy(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = (workgroup.y * params.grid_width + workgroup.x) * WORKGROUP + lane;
  let step = params.invocations;
  if (first >= step) {
    return;
  }
  var at = first;
  if (FOUR) {
    for (; at + 3u * step < params.q_chunks; at += 4u * step) {
      let a = q[at];
      let b = q[at + step];
      let c = q[at + 2u * step];
      let d = q[at + 3u * step];
      q[at] = a * params.factor;
      q[at + step] = b * params.factor;
      q[at + 2u * step] = c * params.factor;
      q[at + 3u * step] = d * params.factor;
    }
  }
  for (; at < params.q_chunks; at += step) {
    q[at] = q[at] * params.factor;
  }
  at = first;
  if (FOUR) {
    for (; at + step < params.k_chunks; at += 2u * step) {
      let a = k[at];
      let b = k[at + step];
      let c = v[at];
      let d = v[at + step];
      k_to[at] = a;
      k_to[at + step] = b;
      v_to[at] = c;
      v_to[at + step] = d;
    }
  }
  for (; at < params.k_chunks; at += step) {
    k_to[at] = k[at];
    v_to[at] = v[at];
  }
}
