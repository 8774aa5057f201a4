// Calls the functions of shaders/lib/rotate.wgsl (test/support/library-calls.ts).
import package::lib::rotate::{
  Chunks, Rotation, elements_of_pair, quad_of_unit, rotated, rotated_pair, rotation_of,
};

@group(0) @binding(0) var<storage, read> input: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> output: array<vec4u>;

fn numbers(i: u32) -> vec4f {
  return bitcast<vec4f>(input[i]);
}

@compute @workgroup_size(1)
fn call_quad_of_unit(@builtin(workgroup_id) id: vec3u) {
  let words = input[id.x];
  output[id.x] = vec4u(quad_of_unit(words.x, words.y, words.z), vec3u());
}

@compute @workgroup_size(1)
fn call_rotation_of(@builtin(workgroup_id) id: vec3u) {
  let i = 4u * id.x;
  let rotation = rotation_of(numbers(i), numbers(i + 1u), numbers(i + 2u), numbers(i + 3u));
  output[i] = bitcast<vec4u>(rotation.cos0);
  output[i + 1u] = bitcast<vec4u>(rotation.sin0);
  output[i + 2u] = bitcast<vec4u>(rotation.cos1);
  output[i + 3u] = bitcast<vec4u>(rotation.sin1);
}

@compute @workgroup_size(1)
fn call_rotated(@builtin(workgroup_id) id: vec3u) {
  let i = 6u * id.x;
  let turn = Rotation(numbers(i + 2u), numbers(i + 3u), numbers(i + 4u), numbers(i + 5u));
  let chunks = rotated(Chunks(input[i], input[i + 1u]), turn);
  output[2u * id.x] = chunks.a;
  output[2u * id.x + 1u] = chunks.b;
}

@compute @workgroup_size(1)
fn call_elements_of_pair(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = vec4u(elements_of_pair(input[id.x].x, input[id.x].y), vec2u());
}

@compute @workgroup_size(1)
fn call_rotated_pair(@builtin(workgroup_id) id: vec3u) {
  let pair = numbers(2u * id.x);
  let turn = numbers(2u * id.x + 1u);
  output[id.x] = vec4u(bitcast<vec2u>(rotated_pair(pair.x, pair.y, turn.xy)), vec2u());
}
