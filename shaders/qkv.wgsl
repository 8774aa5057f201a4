// qkv: all that lies between the projections of a layer and its attention, in one launch. Of each token:
//   Q, K   RMSNorm of each head, or of all heads (lib/norm.wgsl); then the rotation (lib/rotate.wgsl); each may be left out
//   Q      is written where it came from
//   K, V   are written where they came from, or to a row of a cache, in a dtype of its own (lib/rows.wgsl)
// A head is read whole before any of it is written. Arithmetic is float32; the one rounding is that of the store.
//
// A token whose position the table does not have, or padding, is left alone. One whose row is not there is normed and rotated in Q,
// and writes no K and no V. Bad entries are counted: positions, rows, counts of a step.
//
// Two ways through a head:
//   qkv_chunks   16-byte loads. A workgroup owns some heads of one token. It first sums squares, then waits once; then a lane takes
//                cos, sin and weights of one unit, two runs of eight elements, and walks the workgroup's heads. Needs offsets and
//                strides of whole chunks, and heads and rotary dimensions of whole runs and units.
//   qkv_words    any shape. An invocation owns a head, or all of a token.
//
// Every tensor has a binding of its own here. The host gives tensors that lie in one GPUBuffer one binding, and takes out what a
// call does not read.
import package::bindings::qkv::{K, K_NORM, Q, Q_NORM, ROTATES, V, V_NORM, params};
import package::lib::items::WORKGROUP;
import package::lib::rotate::Rotation;
import package::qkv::chunks::{rotation_of_unit, sum_squares, walk};
import package::qkv::token::{Share, Taken, taken_token};
import package::qkv::words::write_heads;

@if(native_f16) enable f16;

@compute @workgroup_size(WORKGROUP)
fn qkv_chunks(@builtin(workgroup_id) workgroup_id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let launch_row = workgroup_id.z * params.height + workgroup_id.y;
  let heads = params.q.heads + params.k.heads + params.v.heads;
  let first = workgroup_id.x * params.heads_of_group;
  let all = Share(first, min(first + params.heads_of_group, heads));
  var taken: Taken;
  if (launch_row < params.launch_rows) {
    taken = taken_token(launch_row, params.counts == 1u && first == 0u && lane == 0u);
  }
  if ((Q_NORM | K_NORM | V_NORM) != 0u) {
    if (taken.is_there) {
      sum_squares(Q, params.q, all, taken, lane);
      sum_squares(K, params.k, all, taken, lane);
      sum_squares(V, params.v, all, taken, lane);
    }
    workgroupBarrier();
  }
  let slot = (lane * params.lanes_near) >> 20u;
  let slots = (WORKGROUP * params.lanes_near) >> 20u;
  if (!taken.is_there || slot >= slots) {
    return;
  }
  let units = max(max(params.q.units, params.k.units), params.v.units);
  var unit = lane - slot * params.lanes_of_head;
  loop {
    var rotation: Rotation;
    if (ROTATES && unit < params.rotated_units) {
      rotation = rotation_of_unit(taken.table, unit);
    }
    walk(Q, params.q, all, taken, unit, slot, slots, rotation);
    walk(K, params.k, all, taken, unit, slot, slots, rotation);
    walk(V, params.v, all, taken, unit, slot, slots, rotation);
    unit += params.lanes_of_head;
    continuing {
      break if unit >= units;
    }
  }
}

@compute @workgroup_size(WORKGROUP)
fn qkv_words(@builtin(workgroup_id) workgroup_id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let heads = params.q.heads + params.k.heads + params.v.heads;
  let groups = (heads + params.heads_of_group - 1u) / params.heads_of_group;
  let item = (workgroup_id.z * params.height + workgroup_id.y) * WORKGROUP + lane;
  let launch_row = item / groups;
  if (launch_row >= params.launch_rows) {
    return;
  }
  let first = (item % groups) * params.heads_of_group;
  let taken = taken_token(launch_row, params.counts == 1u && first == 0u);
  if (taken.is_there) {
    let all = Share(first, min(first + params.heads_of_group, heads));
    write_heads(Q, params.q, all, taken);
    write_heads(K, params.k, all, taken);
    write_heads(V, params.v, all, taken);
  }
}
