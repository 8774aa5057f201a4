// items: how a launch is spread. A slice of the launch is one sequence and its rows are tokens; or, where there are more sequences
// than tokens, as at decode, one token and its rows are sequences. An item is one unit of a head, a token or a row of scores, for
// one group of heads and one row; neighbouring invocations take neighbouring units. No two invocations own the same unit.
//
// No integer is divided: powers of two are shifts. Of other numbers, what is the same for a workgroup is found by a multiplier that
// the host computes, exactly, and what is left is small.

override WORKGROUP: u32 = 64;

struct Divisor {
  by: u32,
  multiplier: u32,  // n / by = (n * multiplier >> 32) >> shift, for n below 2^31; 0 for a power of two: n >> shift
  shift: u32,
  near: u32,        // n / by = n * near >> 21, for n below by + 1025; 0 from 1024 on, where n is below 2 * by
}

struct Grid {
  units: Divisor,
  groups: Divisor,           // groups that heads are dealt into
  items: u32,                // units * groups * rows, of a slice; the grid may be larger
  width: u32,                // workgroups along x; they go on along y. Slices lie along z
  is_powers: u32,            // 1: units and groups are powers of two
  rows_are_sequences: u32,   // 1: the rows of a slice are sequences, else tokens
  first_token: u32,          // of the call, where it is split into several launches
  first_sequence: u32,
  @size(8) counts: u32,      // 1: this launch counts bad positions; the others of its call must not count them again
}

struct Item {
  inside: bool,
  unit: u32,
  group: u32,
  row: u32,
  slice: u32,
}

// Upper half of a product of 64 bits.
fn multiply_high(a: u32, b: u32) -> u32 {
  let lower = (a & 0xffffu) * (b & 0xffffu);
  let middle = (a >> 16u) * (b & 0xffffu) + (lower >> 16u);
  let other = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (middle >> 16u) + (other >> 16u);
}

fn divided(n: u32, divisor: Divisor) -> u32 {
  return select(multiply_high(n, divisor.multiplier), n, divisor.multiplier == 0u) >> divisor.shift;
}

// The same for a small n. The masks tell compilers that 24 bits hold the factors.
fn divided_near(n: u32, divisor: Divisor) -> u32 {
  return select(((n & 0xffffu) * (divisor.near & 0x3fffffu)) >> 21u, u32(n >= divisor.by), divisor.near == 0u);
}

fn item_of(grid: Grid, workgroup_id: vec3u, lane: u32) -> Item {
  let begin = (workgroup_id.y * grid.width + workgroup_id.x) * WORKGROUP;
  let inside = begin + lane < grid.items;
  var item: Item;
  if (grid.is_powers == 1u) {
    let index = begin + lane;
    let dealt = index >> grid.units.shift;
    let unit = index & (grid.units.by - 1u);
    item = Item(inside, unit, dealt & (grid.groups.by - 1u), dealt >> grid.groups.shift, workgroup_id.z);
  } else {
    // Of the workgroup's first item; then how far this one is from there.
    let first_dealt = divided(begin, grid.units);
    let first_row = divided(first_dealt, grid.groups);
    let near_unit = begin - first_dealt * grid.units.by + lane;
    let dealt = divided_near(near_unit, grid.units);
    let near_group = first_dealt - first_row * grid.groups.by + dealt;
    let row = divided_near(near_group, grid.groups);
    let unit = near_unit - dealt * grid.units.by;
    item = Item(inside, unit, near_group - row * grid.groups.by, first_row + row, workgroup_id.z);
  }
  return item;
}

// Token and sequence of the call.
fn token_of(grid: Grid, item: Item) -> u32 {
  return grid.first_token + select(item.row, item.slice, grid.rows_are_sequences == 1u);
}

fn sequence_of(grid: Grid, item: Item) -> u32 {
  return grid.first_sequence + select(item.slice, item.row, grid.rows_are_sequences == 1u);
}

// Whether this item is the one of its token that counts a bad position.
fn is_counting(grid: Grid, item: Item) -> bool {
  return grid.counts == 1u && item.unit == 0u && item.group == 0u;
}
