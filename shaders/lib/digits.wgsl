// digits: cos and sin of a position from tables of its two digits. Angles never come from sin() and cos(), which WGSL only
// bounds near zero: the host builds the tables in float64. p = high * 2^low_bits + low, and R(p) = R(high * 2^low_bits) R(low): one
// complex product of a row of each digit stands in for a row a position.
//
// Table rows hold quads: (cos, cos, sin, sin) of pairs 2j and 2j + 1. An odd number of pairs leaves half of the last one unused.

override TWO_DIGITS: bool = true;   // false: a full table, with a row a position

struct TableShape {
  low_bits: u32,    // position = high << low_bits | low
  high_rows: u32,   // quad at which the rows of the high digit begin: whole rows
  row: u32,         // quads in a row
  capacity: u32,    // positions the table has
}

// Where the rows of a position's two digits begin, in runs of so many quads, of which rows are whole ones.
struct DigitRows {
  low: u32,
  high: u32,
}

fn digit_rows(shape: TableShape, position: u32, run: u32) -> DigitRows {
  let row = shape.row / run;
  if (TWO_DIGITS) {
    let high = position >> shape.low_bits;
    let low = position & ((1u << shape.low_bits) - 1u);
    return DigitRows(low * row, shape.high_rows / run + high * row);
  }
  return DigitRows(position * row, 0u);
}

// Complex product of quads.
fn product(a: vec4f, b: vec4f) -> vec4f {
  return vec4f(a.xy * b.xy - a.zw * b.zw, a.zw * b.xy + a.xy * b.zw);
}

// That of a and the conjugate of b.
fn conjugate_product(a: vec4f, b: vec4f) -> vec4f {
  return vec4f(a.xy * b.xy + a.zw * b.zw, a.zw * b.xy - a.xy * b.zw);
}

// 2^-e for a magnitude from 2^e on, below 2^(e + 1); 2^126 at most, and 2^-126 for the largest.
fn scale_for(magnitude: vec2f) -> vec2f {
  let exponent = clamp(bitcast<vec2u>(magnitude) & vec2u(0x7f800000u), vec2u(0x00800000u), vec2u(0x7e800000u));
  return bitcast<vec2f>(vec2u(0x7f000000u) - exponent);
}

// a / b. b is brought near 1 by a power of two first, as entries of a caller's table may be so small that their squares vanish,
// or so large that they overflow. Where b is 0 there is nothing to undo: the quotient is 0.
fn quotient(a: vec4f, b: vec4f) -> vec4f {
  let scale = scale_for(max(abs(b.xy), abs(b.zw)));
  let near = b * scale.xyxy;
  let square = max(near.xy * near.xy + near.zw * near.zw, vec2f(0x1p-100));
  return conjugate_product(a, near) / square.xyxy * scale.xyxy;
}

// (cos, sin) of one pair of a quad.
fn cos_sin_of(quad: vec4f, pair: u32) -> vec2f {
  return select(quad.xz, quad.yw, (pair & 1u) == 1u);
}
