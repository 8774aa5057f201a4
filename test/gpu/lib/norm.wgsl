// Calls the functions of shaders/lib/norm.wgsl (test/support/library-calls.ts).
import package::lib::float16::EvenOdd;
import package::lib::norm::{Norm, norm_factor, scaled_run, squares};

@group(0) @binding(0) var<storage, read> input: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> output: array<vec4u>;

fn run_at(i: u32) -> EvenOdd {
  return EvenOdd(bitcast<vec4f>(input[i]), bitcast<vec4f>(input[i + 1u]));
}

@compute @workgroup_size(1)
fn call_squares(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = bitcast<vec4u>(squares(run_at(2u * id.x)));
}

@compute @workgroup_size(1)
fn call_norm_factor(@builtin(workgroup_id) id: vec3u) {
  let words = input[2u * id.x];
  let numbers = bitcast<vec4f>(input[2u * id.x + 1u]);
  let norm = Norm(words.z, numbers.x, numbers.y, numbers.z);
  output[id.x] = vec4u(bitcast<u32>(norm_factor(norm, numbers.w)), vec3u());
}

@compute @workgroup_size(1)
fn call_scaled_run(@builtin(workgroup_id) id: vec3u) {
  let i = 5u * id.x;
  let run = scaled_run(run_at(i), bitcast<f32>(input[i + 4u].x), run_at(i + 2u));
  output[2u * id.x] = bitcast<vec4u>(run.even);
  output[2u * id.x + 1u] = bitcast<vec4u>(run.odd);
}
