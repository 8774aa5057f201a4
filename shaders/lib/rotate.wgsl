// rotate: the rotation itself.
//   x' = x*cos - y*sin
//   y' = y*cos + x*sin
// (x, y) is pair i of a head. With P pairs, pairing "half" takes elements (i, i + P), "interleaved" takes (2i, 2i + 1).
//
// A unit of a head is two 16-byte chunks, which hold whole pairs. Unit u of "half" is chunks u and u + units: x in one, y in
// the other. Unit u of "interleaved" is the same two chunks, each holding whole pairs.
import package::lib::digits::{conjugate_product, quotient};
import package::lib::dtype::{DTYPE, F32, pack, unpack};
import package::lib::float16::EvenOdd;

const HALF = 0u;

override PAIRING: u32 = HALF;

struct Chunks {
  a: vec4u,
  b: vec4u,
}

// cos and sin of a unit's pairs (lib/digits.wgsl), of which f32 has the first two quads.
struct Quads {
  a: vec4f,
  b: vec4f,
  c: vec4f,
  d: vec4f,
}

// cos and sin in the order in which elements come out of the chunks; the second four serve 16-bit dtypes alone.
struct Rotation {
  cos0: vec4f,
  sin0: vec4f,
  cos1: vec4f,
  sin1: vec4f,
}

// Quads of a unit: two for f32, four for 16-bit dtypes. "half" takes one run of them, "interleaved" one for chunk u and one for
// chunk u + units. Rows are whole runs, and counted in them: a compiler then knows that `i` moves an address by a constant.
struct QuadPlace {
  run: u32,
  size: u32,   // quads in a run: a power of two
  i: u32,      // quad of the run
}

fn quads_in_run() -> u32 {
  return select(2u, 1u, DTYPE == F32) * select(1u, 2u, PAIRING == HALF);
}

fn quad_of_unit(unit: u32, i: u32, units: u32) -> QuadPlace {
  let size = quads_in_run();
  return QuadPlace(select(unit, unit + units, i >= size), size, i % size);
}

// Quad of the table, where a row begins at so many runs.
fn quad_at(row: u32, place: QuadPlace) -> u32 {
  return (row + place.run) * place.size + place.i;
}

// `quads`: those of a run, of rows that are counted in quads.
fn quad_of_runs(unit: u32, i: u32, units: u32, quads: u32) -> u32 {
  var quad = unit * 2u * quads + i;
  if (PAIRING != HALF) {
    quad = select(unit, unit + units, i >= quads) * quads + i % quads;
  }
  return quad;
}

fn quotients(x: Quads, y: Quads) -> Quads {
  return Quads(quotient(x.a, y.a), quotient(x.b, y.b), quotient(x.c, y.c), quotient(x.d, y.d));
}

fn inverted(quads: Quads) -> Quads {
  let one = vec4f(1.0, 1.0, 0.0, 0.0);
  return quotients(Quads(one, one, one, one), quads);
}

// The same where every pair of y has length 1.
fn conjugate_products(x: Quads, y: Quads) -> Quads {
  return Quads(
    conjugate_product(x.a, y.a),
    conjugate_product(x.b, y.b),
    conjugate_product(x.c, y.c),
    conjugate_product(x.d, y.d),
  );
}

fn scaled(quads: Quads, scale: f32) -> Quads {
  return Quads(quads.a * scale, quads.b * scale, quads.c * scale, quads.d * scale);
}

fn rotation_of(quads: Quads) -> Rotation {
  var turn = rotation_in_order(quads);
  if (DTYPE != F32) {
    turn = rotation_of_runs(quads);
  }
  return turn;
}

fn rotation_in_order(quads: Quads) -> Rotation {
  let a = quads.a;
  let b = quads.b;
  let c = quads.c;
  let d = quads.d;
  return Rotation(vec4f(a.xy, b.xy), vec4f(a.zw, b.zw), vec4f(c.xy, d.xy), vec4f(c.zw, d.zw));
}

// Of runs: "half" takes even pairs first, as unpack() deals them.
fn rotation_of_runs(quads: Quads) -> Rotation {
  var turn = rotation_in_order(quads);
  if (PAIRING == HALF) {
    let a = quads.a;
    let b = quads.b;
    let c = quads.c;
    let d = quads.d;
    turn = Rotation(
      vec4f(a.x, b.x, c.x, d.x),
      vec4f(a.z, b.z, c.z, d.z),
      vec4f(a.y, b.y, c.y, d.y),
      vec4f(a.w, b.w, c.w, d.w),
    );
  }
  return turn;
}

fn rotated(chunks: Chunks, turn: Rotation) -> Chunks {
  if (DTYPE == F32) {
    let a = bitcast<vec4f>(chunks.a);
    let b = bitcast<vec4f>(chunks.b);
    if (PAIRING == HALF) {
      return Chunks(
        bitcast<vec4u>(a * turn.cos0 - b * turn.sin0),
        bitcast<vec4u>(b * turn.cos0 + a * turn.sin0),
      );
    }
    let x = vec4f(a.xz, b.xz);
    let y = vec4f(a.yw, b.yw);
    let x1 = x * turn.cos0 - y * turn.sin0;
    let y1 = x * turn.sin0 + y * turn.cos0;
    return Chunks(
      bitcast<vec4u>(vec4f(x1.x, y1.x, x1.y, y1.y)),
      bitcast<vec4u>(vec4f(x1.z, y1.z, x1.w, y1.w)),
    );
  }
  // Not by rotated_runs: with each half packed as it comes, compilers keep the registers and instructions that bench/isa counts.
  let a = unpack(chunks.a);
  let b = unpack(chunks.b);
  if (PAIRING == HALF) {
    return Chunks(
      pack(a.even * turn.cos0 - b.even * turn.sin0, a.odd * turn.cos1 - b.odd * turn.sin1),
      pack(b.even * turn.cos0 + a.even * turn.sin0, b.odd * turn.cos1 + a.odd * turn.sin1),
    );
  }
  return Chunks(
    pack(a.even * turn.cos0 - a.odd * turn.sin0, a.odd * turn.cos0 + a.even * turn.sin0),
    pack(b.even * turn.cos1 - b.odd * turn.sin1, b.odd * turn.cos1 + b.even * turn.sin1),
  );
}

// Sixteen elements of a head: two runs of eight, which hold whole pairs as chunks of a 16-bit dtype do.
struct Runs {
  a: EvenOdd,
  b: EvenOdd,
}

fn rotated_runs(runs: Runs, turn: Rotation) -> Runs {
  let a = runs.a;
  let b = runs.b;
  var turned: Runs;
  if (PAIRING == HALF) {
    turned = Runs(
      EvenOdd(a.even * turn.cos0 - b.even * turn.sin0, a.odd * turn.cos1 - b.odd * turn.sin1),
      EvenOdd(b.even * turn.cos0 + a.even * turn.sin0, b.odd * turn.cos1 + a.odd * turn.sin1),
    );
  } else {
    turned = Runs(
      EvenOdd(a.even * turn.cos0 - a.odd * turn.sin0, a.odd * turn.cos0 + a.even * turn.sin0),
      EvenOdd(b.even * turn.cos1 - b.odd * turn.sin1, b.odd * turn.cos1 + b.even * turn.sin1),
    );
  }
  return turned;
}

// Both elements of a pair, for heads that do not fill chunks.
fn elements_of_pair(pair: u32, pairs: u32) -> vec2u {
  return select(2u * pair + vec2u(0u, 1u), pair + vec2u(0u, pairs), PAIRING == HALF);
}

fn rotated_pair(x: f32, y: f32, cos_sin: vec2f) -> vec2f {
  return vec2f(x * cos_sin.x - y * cos_sin.y, y * cos_sin.x + x * cos_sin.y);
}
