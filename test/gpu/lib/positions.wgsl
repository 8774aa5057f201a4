// Calls the functions of shaders/lib/positions.wgsl (test/support/library-calls.ts).
import package::lib::digits::TableShape;
import package::lib::positions::{Source, axis_in, cell_position, checked_id, id_word, is_position};

@group(0) @binding(0) var<storage, read> input: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> output: array<vec4u>;

fn source_at(i: u32) -> Source {
  let a = input[i];
  let b = input[i + 1u];
  let c = input[i + 2u];
  return Source(TableShape(a.x, a.y, a.z, a.w), b.x, b.y, b.z, b.w, c.x, c.y, c.z, c.w);
}

@compute @workgroup_size(1)
fn call_is_position(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = vec4u(u32(is_position(input[id.x].x)), vec3u());
}

@compute @workgroup_size(1)
fn call_cell_position(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = cell_position(source_at(4u * id.x), input[4u * id.x + 3u].x);
}

@compute @workgroup_size(1)
fn call_id_word(@builtin(workgroup_id) id: vec3u) {
  let place = input[4u * id.x + 3u];
  output[id.x] = vec4u(id_word(source_at(4u * id.x), place.x, place.y, place.z), vec3u());
}

@compute @workgroup_size(1)
fn call_checked_id(@builtin(workgroup_id) id: vec3u) {
  let words = input[id.x];
  output[id.x] = vec4u(checked_id(words.x, words.y, words.z == 1u, words.w), vec3u());
}

@compute @workgroup_size(1)
fn call_axis_in(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = vec4u(axis_in(input[id.x].x, input[id.x].y), vec3u());
}
