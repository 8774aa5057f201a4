// qkv, bound: the parameters, tensors, caches and weights of qkv.wgsl.
import package::lib::dtype::{DTYPE, F32};
import package::lib::items::Divisor;
import package::lib::norm::{Norm, OVER_HEAD, WEIGHTED};
import package::lib::positions::Source;
import package::lib::rows::Rows;

override K_DTYPE: u32 = F32;        // of K and V where they are written
override V_DTYPE: u32 = F32;
override WEIGHT_DTYPE: u32 = F32;
override ROTATES: bool = true;
override WHOLE: bool = false;       // qkv_chunks: heads of Q and K rotate whole, and no unit has one run alone
override Q_NORM: u32 = OVER_HEAD + WEIGHTED;   // 0: none
override K_NORM: u32 = OVER_HEAD + WEIGHTED;
override V_NORM: u32 = OVER_HEAD + WEIGHTED;
override TEAM: u32 = 1;             // lanes that sum the squares of a head together: a power of two, at most WORKGROUP
override FOURS: bool = false;       // each of them has a multiple of four runs to sum, of every head
override SUMS: u32 = 256;           // sums that a workgroup has room for: a power of two. What is not there is not cleared first

// Where rows of heads lie: chunks in qkv_chunks, words in qkv_words.
struct Place {
  base: u32,
  token: u32,       // from a token, or a row, to the next
  sequence: u32,
  head: u32,
}

struct Part {
  @align(16) origin: Place,
  @align(16) to: Place,
  @align(16) norm: Norm,
  heads: u32,       // 0: absent
  size: u32,        // of a head: runs in qkv_chunks, elements in qkv_words
  rotary: u32,      // run or element at which the rotated elements begin
  units: u32,       // qkv_chunks: units to walk, the rotated ones first. qkv_words: 1 where elements are written that do not rotate
  comes_from_row: u32,   // 1: lies at its row already
  goes_to_row: u32,
}

struct Step {
  is_on_gpu: u32,   // 1: tokens, start and first row are words of step_words
  offset: u32,
  stride: u32,      // words from a sequence to the next
}

struct QkvParams {
  @align(16) @size(80) q: Part,
  @align(16) @size(80) k: Part,
  @align(16) @size(80) v: Part,
  @align(16) to: Source,
  @align(16) @size(32) rows: Rows,
  @align(16) @size(16) step: Step,
  @align(16) tokens: Divisor,
  launch_rows: u32,      // tokens of all sequences, of this launch
  most_tokens: u32,      // of a sequence, of the call
  height: u32,           // workgroups along y; they go on along z
  heads_of_group: u32,   // heads of a workgroup: of Q, then K, then V
  rotated_units: u32,    // of a head; qkv_words: pairs
  lanes_of_head: u32,
  lanes_near: u32,       // lane / lanes_of_head = lane * lanes_near >> 20
  first_token: u32,      // of this launch
  first_sequence: u32,
  counts: u32,           // 1: this launch counts bad entries
}

@group(0) @binding(0) var<uniform> params: QkvParams;

@group(1) @binding(0) var<storage, read_write> q_chunks: array<vec4u>;
@group(1) @binding(1) var<storage, read_write> k_chunks: array<vec4u>;
@group(1) @binding(2) var<storage, read_write> v_chunks: array<vec4u>;
@group(1) @binding(3) var<storage, read_write> k_cache_chunks: array<vec4u>;
@group(1) @binding(4) var<storage, read_write> v_cache_chunks: array<vec4u>;
@group(1) @binding(5) var<storage, read> q_weight_chunks: array<vec4u>;
@group(1) @binding(6) var<storage, read> k_weight_chunks: array<vec4u>;
@group(1) @binding(7) var<storage, read> v_weight_chunks: array<vec4u>;
@group(1) @binding(0) var<storage, read_write> q_words: array<u32>;
@group(1) @binding(1) var<storage, read_write> k_words: array<u32>;
@group(1) @binding(2) var<storage, read_write> v_words: array<u32>;
@group(1) @binding(3) var<storage, read_write> k_cache_words: array<u32>;
@group(1) @binding(4) var<storage, read_write> v_cache_words: array<u32>;
@group(1) @binding(5) var<storage, read> q_weight_words: array<u32>;
@group(1) @binding(6) var<storage, read> k_weight_words: array<u32>;
@group(1) @binding(7) var<storage, read> v_weight_words: array<u32>;

@group(2) @binding(2) var<storage, read> row_words: array<u32>;    // slots, or a block table
@group(2) @binding(5) var<storage, read> step_words: array<u32>;

const Q = 0u;
const K = 1u;
const V = 2u;

// What a pipeline knows of norms, it branches on no more: a software adapter runs both sides of a branch.
fn norm_of(which: u32) -> u32 {
  return select(select(V_NORM, K_NORM, which == K), Q_NORM, which == Q);
}

fn stored_dtype(which: u32) -> u32 {
  return select(select(V_DTYPE, K_DTYPE, which == K), DTYPE, which == Q);
}
