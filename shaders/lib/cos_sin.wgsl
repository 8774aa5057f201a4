// cos_sin: cosine and sine of a pair at a position, for a kernel of your own. It is complete in itself: put its text in front of
// your module's, which declares the two variables that it reads, at any binding:
//   @group(0) @binding(0) var<uniform> rope_shape: RopeTableShape;             // lowBits, highRows, row, capacity of rope.state.table
//   @group(0) @binding(1) var<storage, read> rope_table: array<vec4f>;         // its buffer
// docs/wgsl.md says what a table holds. A position from rope_shape.capacity on has no row: leave its token alone.

struct RopeTableShape {
  low_bits: u32,    // position = high << low_bits | low
  high_rows: u32,   // quad at which the rows of the high digit begin; 0 in a full table
  row: u32,         // quads in a row
  capacity: u32,    // positions the table has
}

// (cos, sin) of a pair, attention factor included.
fn cos_sin(position: u32, pair: u32) -> vec2f {
  let shape = rope_shape;
  let high = position >> shape.low_bits;
  let low = position - (high << shape.low_bits);
  let is_odd = (pair & 1u) == 1u;
  let far = rope_table[shape.high_rows + high * shape.row + pair / 2u];
  let a = select(far.xz, far.yw, is_odd);
  if (shape.high_rows == 0u) {
    return a;
  }
  let near = rope_table[low * shape.row + pair / 2u];
  let b = select(near.xz, near.yw, is_odd);
  return vec2f(a.x * b.x - a.y * b.y, a.y * b.x + a.x * b.y);
}
