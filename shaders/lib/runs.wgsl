// runs: eight elements of a head that follow one another, whatever their dtype: two 16-byte chunks of f32, one of f16 or bf16.
import package::lib::dtype::{F32, pack_as, unpack_as};
import package::lib::float16::EvenOdd;

// As stored; b belongs to f32 alone.
struct StoredRun {
  a: vec4u,
  b: vec4u,
}

fn chunks_of_run(dtype: u32) -> u32 {
  return select(1u, 2u, dtype == F32);
}

fn run_values(dtype: u32, run: StoredRun) -> EvenOdd {
  var values: EvenOdd;
  if (dtype == F32) {
    let a = bitcast<vec4f>(run.a);
    let b = bitcast<vec4f>(run.b);
    values = EvenOdd(vec4f(a.xz, b.xz), vec4f(a.yw, b.yw));
  } else {
    values = unpack_as(dtype, run.a);
  }
  return values;
}

// The reverse; rounds to nearest even.
fn stored_run(dtype: u32, values: EvenOdd) -> StoredRun {
  var run: StoredRun;
  if (dtype == F32) {
    run.a = bitcast<vec4u>(vec4f(values.even.x, values.odd.x, values.even.y, values.odd.y));
    run.b = bitcast<vec4u>(vec4f(values.even.z, values.odd.z, values.even.w, values.odd.w));
  } else {
    run.a = pack_as(dtype, values.even, values.odd);
  }
  return run;
}
