// probe: cosines and sines as many engines compute them, in the shader and in f32. This is what is measured here; the
// package's own kernels have no trigonometry in them.
//   points[n * pairs + i] = (cos, sin)(positions[n] * f[i])
// One invocation a point; the grid may be larger. Two entry points, for the two usual ways to come by f[i]:
//   frequency_read    f[i] was computed on the host and is read from a buffer
//   frequency_power   f[i] = theta^(-2i / rotaryDim), by pow() in the shader

struct Params {
  pairs: u32,     // rotaryDim / 2
  points: u32,    // positions * pairs
  theta: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> positions: array<u32>;
@group(0) @binding(2) var<storage, read> frequencies: array<f32>;
@group(0) @binding(3) var<storage, read_write> points: array<vec2f>;

@compute @workgroup_size(64)
fn frequency_read(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.points) {
    return;
  }
  let n = id.x / params.pairs;
  let angle = f32(positions[n]) * frequencies[id.x - n * params.pairs];
  points[id.x] = vec2f(cos(angle), sin(angle));
}

@compute @workgroup_size(64)
fn frequency_power(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.points) {
    return;
  }
  let n = id.x / params.pairs;
  let pair = id.x - n * params.pairs;
  let frequency = pow(params.theta, -f32(pair) / f32(params.pairs));
  let angle = f32(positions[n]) * frequency;
  points[id.x] = vec2f(cos(angle), sin(angle));
}
