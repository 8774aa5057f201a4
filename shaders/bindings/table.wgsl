// table, bound: cos and sin of the positions of a token from the table in use (lib/digits.wgsl).
// With several position axes each pair turns by the position on its own axis.
import package::bindings::positions::axis_of;
import package::lib::digits::{DigitRows, TWO_DIGITS, TableShape, digit_rows, product};
import package::lib::positions::AXES;
import package::lib::rotate::{QuadPlace, quad_at};

@group(0) @binding(1) var<storage, read> table: array<vec4f>;

fn table_quad(rows: DigitRows, place: QuadPlace) -> vec4f {
  var low = table[quad_at(rows.low, place)];
  if (TWO_DIGITS) {
    low = product(table[quad_at(rows.high, place)], low);
  }
  return low;
}

// Where the rows of a position begin on each axis, in runs of so many quads.
struct AxisRows {
  low: vec4u,
  high: vec4u,
}

fn axis_rows(shape: TableShape, position: vec4u, run: u32) -> AxisRows {
  let x = digit_rows(shape, position.x, run);
  if (AXES == 1u) {
    return AxisRows(vec4u(x.low), vec4u(x.high));
  }
  let y = digit_rows(shape, position.y, run);
  let z = digit_rows(shape, position.z, run);
  let w = digit_rows(shape, position.w, run);
  return AxisRows(vec4u(x.low, y.low, z.low, w.low), vec4u(x.high, y.high, z.high, w.high));
}

fn rows_on_axis(rows: AxisRows, pair: u32) -> DigitRows {
  var axis = 0u;
  if (AXES > 1u) {
    axis = axis_of(pair);
  }
  return DigitRows(rows.low[axis], rows.high[axis]);
}

// Pairs 2j and 2j + 1 may turn by positions on two axes.
fn axis_quad(rows: AxisRows, place: QuadPlace) -> vec4f {
  let pair = 2u * quad_at(0u, place);
  let even = table_quad(rows_on_axis(rows, pair), place);
  var odd = even;
  if (AXES > 1u) {
    odd = table_quad(rows_on_axis(rows, pair + 1u), place);
  }
  return vec4f(even.x, odd.y, even.z, odd.w);
}
