// table, bound: cos and sin of the positions of a token from the table in use (lib/digits.wgsl).
// With several position axes each pair turns by the position on its own axis.
import package::bindings::positions::axis_of;
import package::lib::digits::{DigitRows, TWO_DIGITS, TableShape, digit_rows, product};
import package::lib::positions::AXES;

@group(0) @binding(1) var<storage, read> table: array<vec4f>;

fn table_quad(rows: DigitRows, j: u32) -> vec4f {
  let low = table[rows.low + j];
  if (TWO_DIGITS) {
    return product(table[rows.high + j], low);
  }
  return low;
}

// First quads of the rows of a position on each axis.
struct AxisRows {
  low: vec4u,
  high: vec4u,
}

fn axis_rows(shape: TableShape, position: vec4u) -> AxisRows {
  let x = digit_rows(shape, position.x);
  if (AXES == 1u) {
    return AxisRows(vec4u(x.low), vec4u(x.high));
  }
  let y = digit_rows(shape, position.y);
  let z = digit_rows(shape, position.z);
  let w = digit_rows(shape, position.w);
  return AxisRows(vec4u(x.low, y.low, z.low, w.low), vec4u(x.high, y.high, z.high, w.high));
}

fn rows_on_axis(rows: AxisRows, pair: u32) -> DigitRows {
  if (AXES == 1u) {
    return DigitRows(rows.low.x, rows.high.x);
  }
  let axis = axis_of(pair);
  return DigitRows(rows.low[axis], rows.high[axis]);
}

// Pairs 2j and 2j + 1 may turn by positions on two axes.
fn axis_quad(rows: AxisRows, j: u32) -> vec4f {
  let even = table_quad(rows_on_axis(rows, 2u * j), j);
  if (AXES == 1u) {
    return even;
  }
  let odd = table_quad(rows_on_axis(rows, 2u * j + 1u), j);
  return vec4f(even.x, odd.y, even.z, odd.w);
}
