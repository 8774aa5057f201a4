// items: how a launch is spread. An item is one unit of a head, a token or a row of scores, for one group of heads, one token and
// one sequence; neighbouring invocations take neighbouring units. No two invocations own the same unit.

override WORKGROUP: u32 = 64;

struct Grid {
  items: u32,           // units * groups * tokens * sequences; the grid may be larger
  width: u32,           // workgroups along x; they go on along y
  units: u32,
  groups: u32,          // groups that heads are dealt into
  tokens: u32,          // of each sequence, in this launch
  first_token: u32,     // of the call, where it is split into several launches
  first_sequence: u32,
  counts: u32,          // 1: this launch counts bad positions; the others of its call must not count them again
}

struct Item {
  inside: bool,
  unit: u32,
  group: u32,
  token: u32,      // in this launch
  sequence: u32,
}

fn item_of(grid: Grid, workgroup_id: vec3u, lane: u32) -> Item {
  let index = (workgroup_id.y * grid.width + workgroup_id.x) * WORKGROUP + lane;
  let dealt = index / grid.units;
  let row = dealt / grid.groups;
  let sequence = row / grid.tokens;
  return Item(
    index < grid.items,
    index - dealt * grid.units,
    dealt - row * grid.groups,
    row - sequence * grid.tokens,
    sequence,
  );
}

// Whether this item is the one of its token that counts a bad position.
fn is_counting(grid: Grid, item: Item) -> bool {
  return grid.counts == 1u && item.unit == 0u && item.group == 0u;
}
