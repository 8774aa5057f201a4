// similarity: cosine similarity of all pairs of rows.
//   result[i][j] = rows[i] . columns[j] / (|rows[i]| |columns[j]|), within -1..1
// rows[count][dim] and columns[column_count][dim] are f32, row-major, dense. A row of zeros has no direction: its
// similarity is 0. Where both sets are the same (SYMMETRIC), the diagonal is 1, that of a row of zeros too; tiles below
// the diagonal are not computed but written by the tile they mirror, so the result is symmetric to the bit.
//
// measure_rows, one invocation a row: a power of two that brings the row's largest element near 1, so that no square
// overflows or vanishes (multiplying by it is exact), and one over the length of the row so scaled.
//
// compare_rows, one workgroup a tile of 64 x 64 results, 16 x 16 invocations of 4 x 4 results each. Rows and columns come
// through workgroup memory, 16 dims at a time, as vec4s of four rows: each element is read from memory once a tile.
//
// Sums: 16 products, then 16 of these sums, then those. No chain of additions is longer than 32 + dim/256, so the error
// stays below (33 + dim/256) roundings of the sum of |products|. (Compensated summation would do as well, but a compiler
// that assumes real numbers takes it out.)

override SYMMETRIC: bool = true;

const TILE = 64u;    // results along a side of a tile
const DEPTH = 16u;   // dims in workgroup memory; products to a first sum, and first sums to a second
// Four rows of one dim are one vec4. One vec4 of padding a dim keeps neighbouring writes out of the same bank.
const PITCH = 17u;

struct SimilarityParams {
  row_count: u32,
  column_count: u32,
  dim: u32,
  first_tile: u32,        // row of tiles at which this launch begins
  first_measure: u32,     // where in `measures` this launch of measure_rows writes
  column_measures: u32,   // where those of the columns begin
}

struct Measure {
  scale: f32,
  inverse: f32,           // 1 / length of the scaled row; 0 where all are zeros
}

@group(0) @binding(0) var<uniform> params: SimilarityParams;
@group(0) @binding(1) var<storage, read> rows: array<f32>;
@group(0) @binding(2) var<storage, read> columns: array<f32>;

@group(1) @binding(0) var<storage, read_write> result: array<f32>;
@group(1) @binding(1) var<storage, read_write> measures: array<Measure>;

var<workgroup> row_tile: array<vec4f, 272>;      // DEPTH * PITCH
var<workgroup> column_tile: array<vec4f, 272>;

// ---- lengths --------------------------------------------------------------------------------------------------------

// 2^-e for a magnitude from 2^e on, below 2^(e + 1); 2^-126 for the largest, so that it is a normal number too.
fn scale_for(magnitude: f32) -> f32 {
  return bitcast<f32>(0x7f000000u - min(bitcast<u32>(magnitude) & 0x7f800000u, 0x7e800000u));
}

@compute @workgroup_size(64)
fn measure_rows(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x;
  if (row >= params.row_count) {
    return;
  }
  let first = row * params.dim;
  var largest = 0.0;
  for (var j = 0u; j < params.dim; j++) {
    largest = max(largest, abs(rows[first + j]));
  }
  let scale = scale_for(largest);
  var total = 0.0;
  for (var outer = 0u; outer < params.dim; outer += DEPTH * DEPTH) {
    var second = 0.0;
    for (var inner = outer; inner < min(params.dim, outer + DEPTH * DEPTH); inner += DEPTH) {
      var sum = 0.0;
      for (var j = inner; j < min(params.dim, inner + DEPTH); j++) {
        let value = rows[first + j] * scale;
        sum += value * value;
      }
      second += sum;
    }
    total += second;
  }
  // The smallest subnormal row has a total of 2^-44: whatever is below is a row of zeros.
  measures[params.first_measure + row] = Measure(scale, select(0.0, inverseSqrt(max(total, 0x1p-60)), total > 0.0));
}

// ---- products -------------------------------------------------------------------------------------------------------

fn row_element(row: u32, j: u32) -> f32 {
  if (row >= params.row_count || j >= params.dim) {
    return 0.0;
  }
  return rows[row * params.dim + j] * measures[row].scale;
}

fn column_element(column: u32, j: u32) -> f32 {
  if (column >= params.column_count || j >= params.dim) {
    return 0.0;
  }
  return columns[column * params.dim + j] * measures[params.column_measures + column].scale;
}

// Brings 16 dims of 64 rows and 64 columns into workgroup memory: neighbouring invocations read neighbouring dims.
fn load_tiles(first_row: u32, first_column: u32, first_dim: u32, lane: u32) {
  let j = first_dim + lane % DEPTH;
  let four = lane / DEPTH;
  let slot = (lane % DEPTH) * PITCH + four;
  let row = first_row + 4u * four;
  let column = first_column + 4u * four;
  row_tile[slot] = vec4f(
    row_element(row, j),
    row_element(row + 1u, j),
    row_element(row + 2u, j),
    row_element(row + 3u, j),
  );
  column_tile[slot] = vec4f(
    column_element(column, j),
    column_element(column + 1u, j),
    column_element(column + 2u, j),
    column_element(column + 3u, j),
  );
}

fn inverses_from(first: u32) -> vec4f {
  return vec4f(
    measures[first].inverse,
    measures[first + 1u].inverse,
    measures[first + 2u].inverse,
    measures[first + 3u].inverse,
  );
}

// The two inverses are multiplied first: in this order a pair and its mirror image have the same bits.
fn similarities(products: vec4f, row_inverse: f32, column_inverses: vec4f, row: u32, column: u32) -> vec4f {
  let values = clamp(products * (row_inverse * column_inverses), vec4f(-1.0), vec4f(1.0));
  if (SYMMETRIC) {
    return select(values, vec4f(1.0), vec4u(column, column + 1u, column + 2u, column + 3u) == vec4u(row));
  }
  return values;
}

fn store(value: f32, row: u32, column: u32) {
  if (row < params.row_count && column < params.column_count) {
    result[row * params.column_count + column] = value;
  }
}

fn store_row(values: vec4f, row: u32, column: u32) {
  store(values.x, row, column);
  store(values.y, row, column + 1u);
  store(values.z, row, column + 2u);
  store(values.w, row, column + 3u);
}

fn store_rows(values: mat4x4f, row: u32, column: u32) {
  store_row(values[0], row, column);
  store_row(values[1], row + 1u, column);
  store_row(values[2], row + 2u, column);
  store_row(values[3], row + 3u, column);
}

@compute @workgroup_size(16, 16)
fn compare_rows(
  @builtin(workgroup_id) workgroup_id: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let tile_row = params.first_tile + workgroup_id.y;
  if (SYMMETRIC && workgroup_id.x < tile_row) {
    return;
  }
  let first_row = tile_row * TILE;
  let first_column = workgroup_id.x * TILE;
  // Column i of a matrix holds the four results of row i.
  var total = mat4x4f();
  for (var outer = 0u; outer < params.dim; outer += DEPTH * DEPTH) {
    var second = mat4x4f();
    for (var inner = outer; inner < min(params.dim, outer + DEPTH * DEPTH); inner += DEPTH) {
      load_tiles(first_row, first_column, inner, lane);
      workgroupBarrier();
      var sum = mat4x4f();
      for (var j = 0u; j < DEPTH; j++) {
        let four_rows = row_tile[j * PITCH + local.y];
        let four_columns = column_tile[j * PITCH + local.x];
        sum += mat4x4f(
          four_rows.x * four_columns,
          four_rows.y * four_columns,
          four_rows.z * four_columns,
          four_rows.w * four_columns,
        );
      }
      workgroupBarrier();
      second += sum;
    }
    total += second;
  }
  let row = first_row + 4u * local.y;
  let column = first_column + 4u * local.x;
  let row_inverses = inverses_from(row);
  let column_inverses = inverses_from(params.column_measures + column);
  let values = mat4x4f(
    similarities(total[0], row_inverses.x, column_inverses, row, column),
    similarities(total[1], row_inverses.y, column_inverses, row + 1u, column),
    similarities(total[2], row_inverses.z, column_inverses, row + 2u, column),
    similarities(total[3], row_inverses.w, column_inverses, row + 3u, column),
  );
  store_rows(values, row, column);
  if (SYMMETRIC && workgroup_id.x > tile_row) {
    // Transposed, so that an invocation writes four neighbours of each mirrored row.
    store_rows(transpose(values), column, row);
  }
}
