// Calls the function of shaders/lib/cos_sin.wgsl, whose text stands in front of this one (test/support/library-calls.ts).
@group(0) @binding(0) var<storage, read> input: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> output: array<vec4u>;

@group(1) @binding(0) var<uniform> rope_shape: RopeTableShape;
@group(1) @binding(1) var<storage, read> rope_table: array<vec4f>;

@compute @workgroup_size(1)
fn call_cos_sin(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = vec4u(bitcast<vec2u>(cos_sin(input[id.x].x, input[id.x].y)), vec2u());
}
