// Calls the functions of shaders/lib/rotate.wgsl (test/support/library-calls.ts).
import package::lib::float16::EvenOdd;
import package::lib::rotate::{
  Chunks, QuadPlace, Quads, Rotation, Runs, conjugate_products, elements_of_pair, inverted, quad_at, quad_of_runs, quad_of_unit,
  quads_in_run, quotients, rotated, rotated_pair, rotated_runs, rotation_in_order, rotation_of, rotation_of_runs, scaled,
};

@group(0) @binding(0) var<storage, read> input: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> output: array<vec4u>;

fn numbers(i: u32) -> vec4f {
  return bitcast<vec4f>(input[i]);
}

fn quads_at(i: u32) -> Quads {
  return Quads(numbers(i), numbers(i + 1u), numbers(i + 2u), numbers(i + 3u));
}

fn rotation_at(i: u32) -> Rotation {
  return Rotation(numbers(i), numbers(i + 1u), numbers(i + 2u), numbers(i + 3u));
}

fn write_quads(i: u32, quads: Quads) {
  output[i] = bitcast<vec4u>(quads.a);
  output[i + 1u] = bitcast<vec4u>(quads.b);
  output[i + 2u] = bitcast<vec4u>(quads.c);
  output[i + 3u] = bitcast<vec4u>(quads.d);
}

@compute @workgroup_size(1)
fn call_quad_of_unit(@builtin(workgroup_id) id: vec3u) {
  let words = input[id.x];
  let place = quad_of_unit(words.x, words.y, words.z);
  output[id.x] = vec4u(place.run, place.size, place.i, 0u);
}

@compute @workgroup_size(1)
fn call_quads_in_run(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = vec4u(quads_in_run(), input[id.x].xyz);
}

@compute @workgroup_size(1)
fn call_quad_at(@builtin(workgroup_id) id: vec3u) {
  let words = input[id.x];
  output[id.x] = vec4u(quad_at(words.x, QuadPlace(words.y, words.z, words.w)), vec3u());
}

@compute @workgroup_size(1)
fn call_quad_of_runs(@builtin(workgroup_id) id: vec3u) {
  let words = input[id.x];
  output[id.x] = vec4u(quad_of_runs(words.x, words.y, words.z, words.w), vec3u());
}

@compute @workgroup_size(1)
fn call_quotients(@builtin(workgroup_id) id: vec3u) {
  write_quads(4u * id.x, quotients(quads_at(8u * id.x), quads_at(8u * id.x + 4u)));
}

@compute @workgroup_size(1)
fn call_inverted(@builtin(workgroup_id) id: vec3u) {
  write_quads(4u * id.x, inverted(quads_at(8u * id.x)));
}

@compute @workgroup_size(1)
fn call_conjugate_products(@builtin(workgroup_id) id: vec3u) {
  write_quads(4u * id.x, conjugate_products(quads_at(8u * id.x), quads_at(8u * id.x + 4u)));
}

@compute @workgroup_size(1)
fn call_scaled(@builtin(workgroup_id) id: vec3u) {
  write_quads(4u * id.x, scaled(quads_at(8u * id.x), numbers(8u * id.x + 4u).x));
}

fn write_rotation(i: u32, rotation: Rotation) {
  output[i] = bitcast<vec4u>(rotation.cos0);
  output[i + 1u] = bitcast<vec4u>(rotation.sin0);
  output[i + 2u] = bitcast<vec4u>(rotation.cos1);
  output[i + 3u] = bitcast<vec4u>(rotation.sin1);
}

@compute @workgroup_size(1)
fn call_rotation_of(@builtin(workgroup_id) id: vec3u) {
  write_rotation(4u * id.x, rotation_of(quads_at(4u * id.x)));
}

@compute @workgroup_size(1)
fn call_rotation_in_order(@builtin(workgroup_id) id: vec3u) {
  write_rotation(4u * id.x, rotation_in_order(quads_at(4u * id.x)));
}

@compute @workgroup_size(1)
fn call_rotation_of_runs(@builtin(workgroup_id) id: vec3u) {
  write_rotation(4u * id.x, rotation_of_runs(quads_at(4u * id.x)));
}

@compute @workgroup_size(1)
fn call_rotated(@builtin(workgroup_id) id: vec3u) {
  let i = 6u * id.x;
  let chunks = rotated(Chunks(input[i], input[i + 1u]), rotation_at(i + 2u));
  output[2u * id.x] = chunks.a;
  output[2u * id.x + 1u] = chunks.b;
}

@compute @workgroup_size(1)
fn call_rotated_runs(@builtin(workgroup_id) id: vec3u) {
  let i = 8u * id.x;
  let runs = Runs(EvenOdd(numbers(i), numbers(i + 1u)), EvenOdd(numbers(i + 2u), numbers(i + 3u)));
  let after = rotated_runs(runs, rotation_at(i + 4u));
  write_quads(4u * id.x, Quads(after.a.even, after.a.odd, after.b.even, after.b.odd));
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
