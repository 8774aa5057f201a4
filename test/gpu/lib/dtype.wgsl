// Calls the functions of shaders/lib/dtype.wgsl (test/support/library-calls.ts).
import package::lib::dtype::{pack, pack_as, pack_one, pack_word, unpack, unpack_as, unpack_word};

@group(0) @binding(0) var<storage, read> input: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> output: array<vec4u>;

@compute @workgroup_size(1)
fn call_unpack_as(@builtin(workgroup_id) id: vec3u) {
  let both = unpack_as(input[2u * id.x].x, input[2u * id.x + 1u]);
  output[2u * id.x] = bitcast<vec4u>(both.even);
  output[2u * id.x + 1u] = bitcast<vec4u>(both.odd);
}

@compute @workgroup_size(1)
fn call_pack_as(@builtin(workgroup_id) id: vec3u) {
  let i = 3u * id.x;
  output[id.x] = pack_as(input[i].x, bitcast<vec4f>(input[i + 1u]), bitcast<vec4f>(input[i + 2u]));
}

@compute @workgroup_size(1)
fn call_unpack(@builtin(workgroup_id) id: vec3u) {
  let both = unpack(input[id.x]);
  output[2u * id.x] = bitcast<vec4u>(both.even);
  output[2u * id.x + 1u] = bitcast<vec4u>(both.odd);
}

@compute @workgroup_size(1)
fn call_pack(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = pack(bitcast<vec4f>(input[2u * id.x]), bitcast<vec4f>(input[2u * id.x + 1u]));
}

@compute @workgroup_size(1)
fn call_pack_one(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = vec4u(pack_one(bitcast<f32>(input[id.x].x)), vec3u());
}

@compute @workgroup_size(1)
fn call_unpack_word(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = vec4u(bitcast<vec2u>(unpack_word(input[id.x].x)), vec2u());
}

@compute @workgroup_size(1)
fn call_pack_word(@builtin(workgroup_id) id: vec3u) {
  let both = bitcast<vec2f>(input[id.x].xy);
  output[id.x] = vec4u(pack_word(both.x, both.y), vec3u());
}
