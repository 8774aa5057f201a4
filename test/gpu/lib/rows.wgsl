// Calls the functions of shaders/lib/rows.wgsl (test/support/library-calls.ts).
import package::lib::rows::{Rows, checked_slot, page_word, row_from_first, row_in_page, slot_word};

@group(0) @binding(0) var<storage, read> input: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> output: array<vec4u>;

// Three vectors a call: seven words of Rows, one of nothing, four arguments.
fn rows_of(call: u32) -> Rows {
  let a = input[3u * call];
  let b = input[3u * call + 1u];
  return Rows(a.x, a.y, a.z, a.w, b.x, b.y, b.z);
}

fn arguments_of(call: u32) -> vec4u {
  return input[3u * call + 2u];
}

@compute @workgroup_size(1)
fn call_row_from_first(@builtin(workgroup_id) id: vec3u) {
  let given = arguments_of(id.x);
  output[id.x] = vec4u(row_from_first(rows_of(id.x), given.x, given.y, given.z), vec3u());
}

@compute @workgroup_size(1)
fn call_slot_word(@builtin(workgroup_id) id: vec3u) {
  let given = arguments_of(id.x);
  output[id.x] = vec4u(slot_word(rows_of(id.x), given.x, given.y), vec3u());
}

@compute @workgroup_size(1)
fn call_checked_slot(@builtin(workgroup_id) id: vec3u) {
  let given = arguments_of(id.x);
  output[id.x] = vec4u(checked_slot(rows_of(id.x), given.x, given.y), vec3u());
}

@compute @workgroup_size(1)
fn call_page_word(@builtin(workgroup_id) id: vec3u) {
  let given = arguments_of(id.x);
  output[id.x] = vec4u(page_word(rows_of(id.x), given.x, given.y), vec3u());
}

@compute @workgroup_size(1)
fn call_row_in_page(@builtin(workgroup_id) id: vec3u) {
  let given = arguments_of(id.x);
  output[id.x] = vec4u(row_in_page(rows_of(id.x), given.x, given.y), vec3u());
}
