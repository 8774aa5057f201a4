// Calls the functions of shaders/lib/items.wgsl (test/support/library-calls.ts).
import package::lib::items::{Grid, Item, is_counting, item_of};

@group(0) @binding(0) var<storage, read> input: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> output: array<vec4u>;

fn grid_at(i: u32) -> Grid {
  let a = input[i];
  let b = input[i + 1u];
  return Grid(a.x, a.y, a.z, a.w, b.x, b.y, b.z, b.w);
}

@compute @workgroup_size(1)
fn call_item_of(@builtin(workgroup_id) id: vec3u) {
  let place = input[3u * id.x + 2u];
  let item = item_of(grid_at(3u * id.x), place.xyz, place.w);
  output[2u * id.x] = vec4u(u32(item.inside), item.unit, item.group, item.token);
  output[2u * id.x + 1u] = vec4u(item.sequence, vec3u());
}

@compute @workgroup_size(1)
fn call_is_counting(@builtin(workgroup_id) id: vec3u) {
  let place = input[3u * id.x + 2u];
  let item = Item(true, place.x, place.y, place.z, place.w);
  output[id.x] = vec4u(u32(is_counting(grid_at(3u * id.x), item)), vec3u());
}
