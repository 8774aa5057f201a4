// Calls the functions of shaders/lib/items.wgsl (test/support/library-calls.ts).
import package::lib::items::{
  Divisor, Grid, Item, divided, divided_near, is_counting, item_of, multiply_high, sequence_of, token_of,
};

@group(0) @binding(0) var<storage, read> input: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> output: array<vec4u>;

fn divisor_at(i: u32) -> Divisor {
  let words = input[i];
  return Divisor(words.x, words.y, words.z, words.w);
}

fn grid_at(i: u32) -> Grid {
  let c = input[i + 2u];
  let d = input[i + 3u];
  return Grid(divisor_at(i), divisor_at(i + 1u), c.x, c.y, c.z, c.w, d.x, d.y, d.z);
}

// Unit, group, row and slice.
fn item_at(i: u32) -> Item {
  let words = input[i];
  return Item(true, words.x, words.y, words.z, words.w);
}

// Two products.
@compute @workgroup_size(1)
fn call_multiply_high(@builtin(workgroup_id) id: vec3u) {
  let words = input[id.x];
  output[id.x] = vec4u(multiply_high(words.x, words.y), multiply_high(words.z, words.w), vec2u());
}

// Four numbers by one divisor.
@compute @workgroup_size(1)
fn call_divided(@builtin(workgroup_id) id: vec3u) {
  let by = divisor_at(2u * id.x);
  let n = input[2u * id.x + 1u];
  output[id.x] = vec4u(divided(n.x, by), divided(n.y, by), divided(n.z, by), divided(n.w, by));
}

@compute @workgroup_size(1)
fn call_divided_near(@builtin(workgroup_id) id: vec3u) {
  let by = divisor_at(2u * id.x);
  let n = input[2u * id.x + 1u];
  output[id.x] = vec4u(
    divided_near(n.x, by), divided_near(n.y, by), divided_near(n.z, by), divided_near(n.w, by),
  );
}

@compute @workgroup_size(1)
fn call_item_of(@builtin(workgroup_id) id: vec3u) {
  let place = input[5u * id.x + 4u];
  let item = item_of(grid_at(5u * id.x), place.xyz, place.w);
  output[2u * id.x] = vec4u(u32(item.inside), item.unit, item.group, item.row);
  output[2u * id.x + 1u] = vec4u(item.slice, vec3u());
}

@compute @workgroup_size(1)
fn call_token_of(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = vec4u(token_of(grid_at(5u * id.x), item_at(5u * id.x + 4u)), vec3u());
}

@compute @workgroup_size(1)
fn call_sequence_of(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = vec4u(sequence_of(grid_at(5u * id.x), item_at(5u * id.x + 4u)), vec3u());
}

@compute @workgroup_size(1)
fn call_is_counting(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = vec4u(u32(is_counting(grid_at(5u * id.x), item_at(5u * id.x + 4u))), vec3u());
}
