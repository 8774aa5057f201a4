// chunks: heads by 16-byte loads. A workgroup owns some heads of one token: it sums their squares, waits once, and walks them.
// Loops end on a test at their end: a software adapter goes through a body once more, all lanes off, where the test comes first.
import package::bindings::qkv::{
  FOURS, K, Q, ROTATES, Part, SUMS, TEAM, V, WEIGHT_DTYPE, WHOLE, k_cache_chunks, k_chunks, k_weight_chunks, norm_of, params, q_chunks, q_weight_chunks,
  stored_dtype, v_cache_chunks, v_chunks, v_weight_chunks,
};
import package::bindings::table::{AxisRows, axis_quad};
import package::lib::dtype::{DTYPE, F32};
import package::lib::float16::EvenOdd;
import package::lib::items::WORKGROUP;
import package::lib::norm::{Norm, OVER_HEADS, WEIGHTED, norm_factor, scaled_run, squares};
import package::lib::rotate::{QuadPlace, Quads, Rotation, Runs, quad_of_runs, rotated_runs, rotation_of_runs};
import package::lib::runs::{StoredRun, chunks_of_run, run_values, stored_run};
import package::qkv::token::{Share, Taken, first_head_of, is_taken, place_of, share_of};

var<workgroup> sums: array<f32, SUMS>;

fn chunk_at(which: u32, at: u32) -> vec4u {
  var chunk: vec4u;
  if (which == Q) {
    chunk = q_chunks[at];
  } else if (which == K) {
    chunk = k_chunks[at];
  } else {
    chunk = v_chunks[at];
  }
  return chunk;
}

fn weight_chunk_at(which: u32, at: u32) -> vec4u {
  var chunk: vec4u;
  if (which == Q) {
    chunk = q_weight_chunks[at];
  } else if (which == K) {
    chunk = k_weight_chunks[at];
  } else {
    chunk = v_weight_chunks[at];
  }
  return chunk;
}

fn set_chunk(which: u32, at: u32, chunk: vec4u) {
  if (which == Q) {
    q_chunks[at] = chunk;
  } else if (which == K) {
    k_cache_chunks[at] = chunk;
  } else {
    v_cache_chunks[at] = chunk;
  }
}

fn load_run(which: u32, head: u32, run: u32) -> StoredRun {
  let at = head + run * chunks_of_run(DTYPE);
  var stored = StoredRun(chunk_at(which, at), vec4u());
  if (DTYPE == F32) {
    stored.b = chunk_at(which, at + 1u);
  }
  return stored;
}

fn store_run(which: u32, head: u32, run: u32, stored: StoredRun) {
  let dtype = stored_dtype(which);
  let at = head + run * chunks_of_run(dtype);
  set_chunk(which, at, stored.a);
  if (dtype == F32) {
    set_chunk(which, at + 1u, stored.b);
  }
}

// `run`: of a head, or of all heads where the norm is over them.
fn weights_of_run(which: u32, norm: Norm, run: u32) -> EvenOdd {
  var weights = EvenOdd(vec4f(1.0), vec4f(1.0));
  if (norm_of(which) >= WEIGHTED) {
    let at = norm.weight + run * chunks_of_run(WEIGHT_DTYPE);
    var stored = StoredRun(weight_chunk_at(which, at), vec4u());
    if (WEIGHT_DTYPE == F32) {
      stored.b = weight_chunk_at(which, at + 1u);
    }
    weights = run_values(WEIGHT_DTYPE, stored);
    weights.even += norm.plus;
    weights.odd += norm.plus;
  }
  return weights;
}

fn squares_of_run(which: u32, head: u32, run: u32) -> vec4f {
  return squares(run_values(DTYPE, load_run(which, head, run)));
}

// Sums the squares of the workgroup's heads of a part, TEAM lanes a head.
fn sum_squares(which: u32, part: Part, all: Share, taken: Taken, lane: u32) {
  if (norm_of(which) == 0u || !is_taken(part, taken)) {
    return;
  }
  let share = share_of(which, part.heads, all);
  let member = lane % TEAM;
  let place = place_of(part.origin, part.comes_from_row, taken);
  var head = share.first + lane / TEAM;
  if (head >= share.last) {
    return;
  }
  loop {
    let at = place + head * part.origin.head;
    var total = vec4f();
    var run = member;
    loop {
      // By fours or eights: the fewer terms follow one another, the less they round.
      if (FOURS) {
        let a = squares_of_run(which, at, run) + squares_of_run(which, at, run + TEAM);
        let b = squares_of_run(which, at, run + 2u * TEAM) + squares_of_run(which, at, run + 3u * TEAM);
        total += a + b;
        run += 4u * TEAM;
      } else {
        var eight = vec4f();
        for (var i = 0u; i < 8u && run < part.size; i++) {
          eight += squares_of_run(which, at, run);
          run += TEAM;
        }
        total += eight;
      }
      continuing {
        break if run >= part.size;
      }
    }
    var sum = (total.x + total.y) + (total.z + total.w);
    if (is_factor(which)) {
      sum = norm_factor(part.norm, sum);
    }
    sums[sum_index(first_head_of(which) + head - all.first, member)] = sum;
    head += WORKGROUP / TEAM;
    continuing {
      break if head >= share.last;
    }
  }
}

// A lane that sums a whole head, which is a vector of its own, goes on to its factor.
fn is_factor(which: u32) -> bool {
  return TEAM == 1u && norm_of(which) % WEIGHTED != OVER_HEADS;
}

// By a mask, not a remainder: software adapters divide lane by lane.
fn sum_index(head: u32, member: u32) -> u32 {
  return (head * TEAM + member) & (SUMS - 1u);
}

fn sum_of_head(index: u32) -> f32 {
  var sum = sums[sum_index(index, 0u)];
  for (var member = 1u; member < TEAM; member++) {
    sum += sums[sum_index(index, member)];
  }
  return sum;
}

// What the elements of a head are multiplied by, beside its weights.
fn factor_of(which: u32, part: Part, head: u32, all: Share) -> f32 {
  var factor = 0.0;
  if (norm_of(which) % WEIGHTED != OVER_HEADS) {
    factor = sum_of_head(first_head_of(which) + head - all.first);
  } else {
    let first = first_head_of(which) - min(all.first, first_head_of(which));
    for (var each = 0u; each < part.heads; each++) {
      factor += sum_of_head(first + each);
    }
  }
  if (!is_factor(which)) {
    factor = norm_factor(part.norm, factor);
  }
  return factor;
}

// The runs of a unit. Those that do not rotate are what is left of the head, in order; the last unit may have one of them alone.
struct UnitRuns {
  a: u32,
  b: u32,
  has_b: bool,
}

fn runs_of_unit(which: u32, part: Part, unit: u32, rotated: u32) -> UnitRuns {
  var runs: UnitRuns;
  if (WHOLE && which == V) {
    runs = UnitRuns(2u * unit, 2u * unit + 1u, true);
  } else if (WHOLE || unit < rotated) {
    runs = UnitRuns(part.rotary + unit, part.rotary + unit + rotated, true);
  } else {
    let a = (unit - rotated) * 2u;
    let left = part.size - rotated * 2u;
    let has_b = a + 1u < left;
    let b = select(a, a + 1u, has_b);
    let skip = rotated * 2u;
    runs = UnitRuns(a + select(0u, skip, a >= part.rotary), b + select(0u, skip, b >= part.rotary), has_b);
  }
  return runs;
}

// A unit of the workgroup's heads of a part: every `step` of them from `slot` on.
fn walk(which: u32, part: Part, all: Share, taken: Taken, unit: u32, slot: u32, step: u32, rotation: Rotation) {
  if (unit >= part.units || !is_taken(part, taken)) {
    return;
  }
  let share = share_of(which, part.heads, all);
  let rotated = select(params.rotated_units, 0u, which == V);
  let runs = runs_of_unit(which, part, unit, rotated);
  let is_rotated = ROTATES && which != V && (WHOLE || unit < rotated);
  let is_normed = norm_of(which) != 0u;
  let is_over_heads = norm_of(which) % WEIGHTED == OVER_HEADS;
  let dtype = stored_dtype(which);
  let origin = place_of(part.origin, part.comes_from_row, taken);
  let to = place_of(part.to, part.goes_to_row, taken);
  var weights: Runs;
  if (is_normed && !is_over_heads) {
    weights = Runs(weights_of_run(which, part.norm, runs.a), weights_of_run(which, part.norm, runs.b));
  }
  var sum_over_heads = 0.0;
  if (is_over_heads && share.first + slot < share.last) {
    sum_over_heads = factor_of(which, part, 0u, all);
  }
  var head = share.first + slot;
  if (head >= share.last) {
    return;
  }
  loop {
    let at = origin + head * part.origin.head;
    var a = load_run(which, at, runs.a);
    var b = load_run(which, at, runs.b);
    if (is_normed || is_rotated || dtype != DTYPE) {
      var values = Runs(run_values(DTYPE, a), run_values(DTYPE, b));
      if (is_normed) {
        var factor = sum_over_heads;
        if (is_over_heads) {
          let first = head * part.size;
          weights = Runs(weights_of_run(which, part.norm, first + runs.a), weights_of_run(which, part.norm, first + runs.b));
        } else {
          factor = factor_of(which, part, head, all);
        }
        values = Runs(scaled_run(values.a, factor, weights.a), scaled_run(values.b, factor, weights.b));
      }
      if (is_rotated) {
        values = rotated_runs(values, rotation);
      }
      a = stored_run(dtype, values.a);
      b = stored_run(dtype, values.b);
    }
    let into = to + head * part.to.head;
    store_run(which, into, runs.a, a);
    if (WHOLE || runs.has_b) {
      store_run(which, into, runs.b, b);
    }
    head += step;
    continuing {
      break if head >= share.last;
    }
  }
}

fn rotation_of_unit(rows: AxisRows, unit: u32) -> Rotation {
  let units = params.rotated_units;
  return rotation_of_runs(Quads(
    axis_quad(rows, QuadPlace(quad_of_runs(unit, 0u, units, 2u), 1u, 0u)),
    axis_quad(rows, QuadPlace(quad_of_runs(unit, 1u, units, 2u), 1u, 0u)),
    axis_quad(rows, QuadPlace(quad_of_runs(unit, 2u, units, 2u), 1u, 0u)),
    axis_quad(rows, QuadPlace(quad_of_runs(unit, 3u, units, 2u), 1u, 0u)),
  ));
}
