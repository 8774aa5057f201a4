// Calls the functions of shaders/lib/digits.wgsl (test/support/library-calls.ts).
import package::lib::digits::{
  TableShape, conjugate_product, cos_sin_of, digit_rows, product, quotient, scale_for,
};

@group(0) @binding(0) var<storage, read> input: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> output: array<vec4u>;

fn numbers(i: u32) -> vec4f {
  return bitcast<vec4f>(input[i]);
}

@compute @workgroup_size(1)
fn call_digit_rows(@builtin(workgroup_id) id: vec3u) {
  let shape = input[2u * id.x];
  let words = input[2u * id.x + 1u];
  let rows = digit_rows(TableShape(shape.x, shape.y, shape.z, shape.w), words.x, words.y);
  output[id.x] = vec4u(rows.low, rows.high, vec2u());
}

@compute @workgroup_size(1)
fn call_product(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = bitcast<vec4u>(product(numbers(2u * id.x), numbers(2u * id.x + 1u)));
}

@compute @workgroup_size(1)
fn call_conjugate_product(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = bitcast<vec4u>(conjugate_product(numbers(2u * id.x), numbers(2u * id.x + 1u)));
}

@compute @workgroup_size(1)
fn call_scale_for(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = vec4u(bitcast<vec2u>(scale_for(numbers(id.x).xy)), vec2u());
}

@compute @workgroup_size(1)
fn call_quotient(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = bitcast<vec4u>(quotient(numbers(2u * id.x), numbers(2u * id.x + 1u)));
}

@compute @workgroup_size(1)
fn call_cos_sin_of(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = vec4u(bitcast<vec2u>(cos_sin_of(numbers(2u * id.x), input[2u * id.x + 1u].x)), vec2u());
}
