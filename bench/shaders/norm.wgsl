// norm: RMSNorm of each head in place, x * weight / sqrt(mean(x^2) + epsilon), heads of whole 16-byte chunks of f32.
//
// TEAM lanes share a head. Where they are as many as its chunks, each keeps its own between the sum and the product.

override WORKGROUP: u32 = 64;
override TEAM: u32 = 1;      // a power of two that divides WORKGROUP and CHUNKS
override CHUNKS: u32 = 32;   // of a head

struct Params {
  heads: u32,
  grid_width: u32,   // workgroups along x; the grid goes on along y
  epsilon: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> heads: array<vec4f>;
@group(0) @binding(2) var<storage, read> weights: array<vec4f>;

var<workgroup> sums: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn norm(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let head = (workgroup.y * params.grid_width + workgroup.x) * (WORKGROUP / TEAM) + lane / TEAM;
  let member = lane % TEAM;
  let is_there = head < params.heads;
  let at = select(0u, head, is_there) * CHUNKS;
  var total = 0.0;
  var kept = vec4f();
  if (TEAM == CHUNKS) {
    kept = heads[at + member];
    total = dot(kept, kept);
  } else {
    var squares = vec4f();
    for (var chunk = member; chunk < CHUNKS; chunk += TEAM) {
      let x = heads[at + chunk];
      squares += x * x;
    }
    total = (squares.x + squares.y) + (squares.z + squares.w);
  }
  if (TEAM > 1u) {
    sums[lane] = total;
    workgroupBarrier();
    total = 0.0;
    for (var other = 0u; other < TEAM; other++) {
      total += sums[lane - member + other];
    }
  }
  if (!is_there) {
    return;
  }
  let factor = inverseSqrt(total / f32(CHUNKS * 4u) + params.epsilon);
  if (TEAM == CHUNKS) {
    heads[at + member] = kept * factor * weights[member];
  } else {
    for (var chunk = member; chunk < CHUNKS; chunk += TEAM) {
      heads[at + chunk] = heads[at + chunk] * factor * weights[chunk];
    }
  }
}
