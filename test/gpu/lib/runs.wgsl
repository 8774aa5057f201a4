// Calls the functions of shaders/lib/runs.wgsl (test/support/library-calls.ts).
import package::lib::float16::EvenOdd;
import package::lib::runs::{StoredRun, chunks_of_run, run_values, stored_run};

@group(0) @binding(0) var<storage, read> input: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> output: array<vec4u>;

@compute @workgroup_size(1)
fn call_chunks_of_run(@builtin(workgroup_id) id: vec3u) {
  output[id.x] = vec4u(chunks_of_run(input[id.x].x), vec3u());
}

@compute @workgroup_size(1)
fn call_run_values(@builtin(workgroup_id) id: vec3u) {
  let i = 3u * id.x;
  let values = run_values(input[i].x, StoredRun(input[i + 1u], input[i + 2u]));
  output[2u * id.x] = bitcast<vec4u>(values.even);
  output[2u * id.x + 1u] = bitcast<vec4u>(values.odd);
}

@compute @workgroup_size(1)
fn call_stored_run(@builtin(workgroup_id) id: vec3u) {
  let i = 3u * id.x;
  let values = EvenOdd(bitcast<vec4f>(input[i + 1u]), bitcast<vec4f>(input[i + 2u]));
  let stored = stored_run(input[i].x, values);
  output[2u * id.x] = stored.a;
  output[2u * id.x + 1u] = stored.b;
}
