// Calls the functions of shaders/lib/turns.wgsl (test/support/library-calls.ts).
import package::lib::turns::{
  Frequency, Point, near_turn, negated_if, part_turn, turn_of, turned_on, whole_turn,
};

@group(0) @binding(0) var<storage, read> input: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> output: array<vec4u>;

fn frequency_of(id: vec3u) -> Frequency {
  let words = input[2u * id.x];
  return Frequency(words.x, words.y, words.z, words.w);
}

fn point_of(id: vec3u) -> Point {
  let words = input[2u * id.x + 1u];
  return Point(bitcast<i32>(words.x), words.y, words.z, words.w == 1u);
}

@compute @workgroup_size(1)
fn call_negated_if(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = vec4u(negated_if(input[id.x].x, input[id.x].y == 1u), vec3u());
}

@compute @workgroup_size(1)
fn call_whole_turn(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = vec4u(whole_turn(frequency_of(id), point_of(id).whole), vec3u());
}

@compute @workgroup_size(1)
fn call_part_turn(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = vec4u(part_turn(frequency_of(id), point_of(id)), vec3u());
}

@compute @workgroup_size(1)
fn call_turn_of(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = vec4u(turn_of(frequency_of(id), point_of(id)), vec3u());
}

@compute @workgroup_size(1)
fn call_near_turn(@builtin(workgroup_id) id: vec3u) {
  let near = near_turn(input[id.x].x);
  output[id.x] = vec4u(near.row, bitcast<u32>(near.rest), vec2u());
}

@compute @workgroup_size(1)
fn call_turned_on(@builtin(workgroup_id) id: vec3u) {
  let numbers = bitcast<vec4f>(input[id.x]);
  output[id.x] = vec4u(bitcast<vec2u>(turned_on(numbers.xy, numbers.z)), vec2u());
}
