// Calls the functions of shaders/lib/float16.wgsl (test/support/library-calls.ts).
import package::lib::float16::{bf16_upper, f16_magnitudes, pack_bf16, pack_f16, unpack_bf16, unpack_f16};

@group(0) @binding(0) var<storage, read> input: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> output: array<vec4u>;

fn numbers(i: u32) -> vec4f {
  return bitcast<vec4f>(input[i]);
}

@compute @workgroup_size(1)
fn call_unpack_f16(@builtin(workgroup_id) id: vec3u) {
  let both = unpack_f16(input[id.x]);
  output[2u * id.x] = bitcast<vec4u>(both.even);
  output[2u * id.x + 1u] = bitcast<vec4u>(both.odd);
}

@compute @workgroup_size(1)
fn call_unpack_bf16(@builtin(workgroup_id) id: vec3u) {
  let both = unpack_bf16(input[id.x]);
  output[2u * id.x] = bitcast<vec4u>(both.even);
  output[2u * id.x + 1u] = bitcast<vec4u>(both.odd);
}

@compute @workgroup_size(1)
fn call_f16_magnitudes(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = bitcast<vec4u>(f16_magnitudes(numbers(id.x)));
}

@compute @workgroup_size(1)
fn call_pack_f16(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = pack_f16(numbers(2u * id.x), numbers(2u * id.x + 1u));
}

@compute @workgroup_size(1)
fn call_bf16_upper(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = bf16_upper(numbers(id.x));
}

@compute @workgroup_size(1)
fn call_pack_bf16(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = pack_bf16(numbers(2u * id.x), numbers(2u * id.x + 1u));
}
