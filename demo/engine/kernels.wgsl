// The kernels of a Llama but for what lies between projections and attention (step.ts). Everything is float32, but for the cache.
// Matrices are [outputs, inputs], activations [tokens, elements]. A workgroup is 64 lanes; workgroup_id.y, or .x where a kernel
// has no other use for it, is the token. The grid has exactly as many tokens as there are.

override INPUTS: u32 = 1;     // elements of a token that a kernel reads
override OUTPUTS: u32 = 1;    // and that it writes
override ADD: bool = false;   // a product is added to what is there: the residual stream
override HEADS: u32 = 1;
override KV_HEADS: u32 = 1;
override HEAD_DIM: u32 = 2;
override LAYOUT: u32 = 0;     // of the cache: 0 contiguous, 1 ring, 2 pages
override CAPACITY: u32 = 1;   // rows of a sequence
override PAGE_SIZE: u32 = 1;
override MAP_STRIDE: u32 = 1; // words of a sequence in cache_map
override F16_CACHE: bool = false;

@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> rows: array<u32>;
@group(0) @binding(3) var<storage, read_write> output: array<f32>;

const LANES = 64u;

// output[t] = input[rows[t]]: the embedding of a token; and the last token of each sequence.
@compute @workgroup_size(64)
fn gather(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  for (var i = lane; i < OUTPUTS; i += LANES) {
    output[group.x * OUTPUTS + i] = input[rows[group.x] * OUTPUTS + i];
  }
}

var<workgroup> partial: array<f32, LANES>;

// The sum of the lanes of a workgroup, or the largest of them, in every lane.
fn over_lanes(value: f32, lane: u32, is_sum: bool) -> f32 {
  partial[lane] = value;
  for (var half = LANES / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) {
      let other = partial[lane + half];
      partial[lane] = select(max(partial[lane], other), partial[lane] + other, is_sum);
    }
  }
  return workgroupUniformLoad(&partial[0]);
}

// RMSNorm: output = weights * input / sqrt(mean of the squares + epsilon)
@compute @workgroup_size(64)
fn norm(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = group.x * OUTPUTS;
  var squares = 0.0;
  for (var i = lane; i < OUTPUTS; i += LANES) {
    squares += input[first + i] * input[first + i];
  }
  let scale = inverseSqrt(over_lanes(squares, lane, true) / f32(OUTPUTS) + 1e-5);
  for (var i = lane; i < OUTPUTS; i += LANES) {
    output[first + i] = weights[i] * (scale * input[first + i]);
  }
}

// output[t] = weights input[t], one output a lane.
@compute @workgroup_size(64)
fn product(@builtin(global_invocation_id) place: vec3u) {
  if (place.x >= OUTPUTS) {
    return;
  }
  var sum = 0.0;
  for (var i = 0u; i < INPUTS; i++) {
    sum += weights[place.x * INPUTS + i] * input[place.y * INPUTS + i];
  }
  let at = place.y * OUTPUTS + place.x;
  output[at] = select(0.0, output[at], ADD) + sum;
}

// SwiGLU: output = silu(gate) * up, where a token's input is gate, then up.
@compute @workgroup_size(64)
fn swiglu(@builtin(global_invocation_id) place: vec3u) {
  if (place.x >= OUTPUTS) {
    return;
  }
  let gate = input[place.y * 2 * OUTPUTS + place.x];
  output[place.y * OUTPUTS + place.x] = gate / (1 + exp(-gate)) * input[(place.y * 2 + 1) * OUTPUTS + place.x];
}

// ---- attention ----

@group(0) @binding(4) var<storage, read> k_cache: array<u32>;   // rows of [kv heads, head dim]
@group(0) @binding(5) var<storage, read> v_cache: array<u32>;
@group(0) @binding(6) var<storage, read> cache_map: array<u32>; // a sequence: place of its oldest key, then its pages
@group(0) @binding(7) var<storage, read_write> looks: array<f32>; // [tokens, heads, CAPACITY]: how much a token looks at each key

fn row_of_key(sequence: u32, key: u32) -> u32 {
  let place = cache_map[sequence * MAP_STRIDE] + key;
  switch LAYOUT {
    case 1: { return sequence * CAPACITY + place % CAPACITY; }
    case 2: { return cache_map[sequence * MAP_STRIDE + 1 + place / PAGE_SIZE] * PAGE_SIZE + place % PAGE_SIZE; }
    default: { return sequence * CAPACITY + place; }
  }
}

override WORD = select(1u, 2u, F16_CACHE); // elements a word of the cache

// Element i of a cache, of the word that has it.
fn element(word: u32, i: u32) -> f32 {
  return select(bitcast<f32>(word), unpack2x16float(word)[i % 2], F16_CACHE);
}

// A workgroup is a token and one of its query heads; `rows` is [tokens, 2]: the sequence, and how many keys the token sees.
@compute @workgroup_size(64)
fn attention(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let head = group.x;
  let token = group.y;
  let sequence = rows[2 * token];
  let keys = rows[2 * token + 1];
  let q = (token * (HEADS + 2 * KV_HEADS) + head) * HEAD_DIM;
  let kv = head / (HEADS / KV_HEADS) * HEAD_DIM;
  let look = (token * HEADS + head) * CAPACITY;

  var largest = -3.4e38;
  for (var key = lane; key < keys; key += LANES) {
    let k = row_of_key(sequence, key) * KV_HEADS * HEAD_DIM + kv;
    var score = 0.0;
    for (var i = 0u; i < HEAD_DIM; i++) {
      score += input[q + i] * element(k_cache[(k + i) / WORD], i);
    }
    score /= sqrt(f32(HEAD_DIM));
    looks[look + key] = score;
    largest = max(largest, score);
  }
  largest = over_lanes(largest, lane, false);
  var sum = 0.0;
  for (var key = lane; key < keys; key += LANES) {
    let weight = exp(looks[look + key] - largest);
    looks[look + key] = weight;
    sum += weight;
  }
  sum = over_lanes(sum, lane, true);
  for (var key = lane; key < keys; key += LANES) {
    looks[look + key] /= sum;
  }
  storageBarrier();
  for (var i = lane; i < HEAD_DIM; i += LANES) {
    var mixed = 0.0;
    for (var key = 0u; key < keys; key++) {
      let v = row_of_key(sequence, key) * KV_HEADS * HEAD_DIM + kv + i;
      mixed += looks[look + key] * element(v_cache[v / WORD], i);
    }
    output[(token * HEADS + head) * HEAD_DIM + i] = mixed;
  }
}
