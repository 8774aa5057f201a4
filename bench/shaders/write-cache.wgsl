// write_cache: copies the row of each token to the row of its sequence's cache that its slot names. A workgroup takes a part of a row.

override WORKGROUP: u32 = 64;
override PARTS: u32 = 1;   // workgroups of a row

struct Params {
  tokens: u32,           // of a sequence
  rows: u32,             // tokens of all sequences
  row_chunks: u32,       // 16-byte chunks of a row, a multiple of PARTS
  sequence_chunks: u32,  // from a sequence's cache to the next
  grid_width: u32,       // workgroups along x; the grid goes on along y
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> rows: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> cache: array<vec4f>;
@group(0) @binding(3) var<storage, read> slots: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn write_cache(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let item = workgroup.y * params.grid_width + workgroup.x;
  let row = item / PARTS;
  if (row >= params.rows) {
    return;
  }
  let chunks = params.row_chunks / PARTS;
  let first = (item % PARTS) * chunks;
  let origin = row * params.row_chunks + first;
  let to = row / params.tokens * params.sequence_chunks + slots[row] * params.row_chunks + first;
  for (var chunk = lane; chunk < chunks; chunk += WORKGROUP) {
    cache[to + chunk] = rows[origin + chunk];
  }
}
