// multiply: x *= factor in place, over two tensors in one launch. The ceiling of the benchmark: it moves the bytes a
// rotation of Q and K moves, 16 at a time, and does next to nothing with them.
//
// Invocations walk both tensors with the whole grid as their stride, so neighbours touch neighbouring 16 bytes. How
// many invocations there are, how many a workgroup holds and whether a step takes one chunk or four is tried out by
// the host (bench/harness/ceiling.ts).

override WORKGROUP: u32 = 64;
override FOUR: bool = true;

struct Params {
  q_chunks: u32,     // 16-byte chunks of each tensor
  k_chunks: u32,
  grid_width: u32,   // workgroups along x; the grid goes on along y
  invocations: u32,  // stride of the walk; the grid may be larger
  factor: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> q: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> k: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn multiply(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
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
    for (; at + 3u * step < params.k_chunks; at += 4u * step) {
      let a = k[at];
      let b = k[at + step];
      let c = k[at + 2u * step];
      let d = k[at + 3u * step];
      k[at] = a * params.factor;
      k[at + step] = b * params.factor;
      k[at + 2u * step] = c * params.factor;
      k[at + 3u * step] = d * params.factor;
    }
  }
  for (; at < params.k_chunks; at += step) {
    k[at] = k[at] * params.factor;
  }
}
