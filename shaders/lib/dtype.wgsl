// dtype: how elements are stored. Arithmetic is float32, whatever the dtype.
import package::lib::float16::{EvenOdd, pack_bf16, pack_f16, unpack_bf16, unpack_f16};

const F32 = 0u;
const F16 = 1u;
const BF16 = 2u;

override DTYPE: u32 = F32;

// A 16-byte chunk of a 16-bit dtype, taken apart into its even and its odd elements: four lanes each, one word apiece.
fn unpack_as(dtype: u32, words: vec4u) -> EvenOdd {
  var values: EvenOdd;
  if (dtype == BF16) {
    values = unpack_bf16(words);
  } else {
    values = unpack_f16(words);
  }
  return values;
}

// The reverse; rounds to nearest even.
fn pack_as(dtype: u32, even: vec4f, odd: vec4f) -> vec4u {
  var words: vec4u;
  if (dtype == BF16) {
    words = pack_bf16(even, odd);
  } else {
    words = pack_f16(even, odd);
  }
  return words;
}

fn unpack(words: vec4u) -> EvenOdd {
  return unpack_as(DTYPE, words);
}

fn pack(even: vec4f, odd: vec4f) -> vec4u {
  return pack_as(DTYPE, even, odd);
}

// One number in the lower half of a word.
fn pack_one(value: f32) -> u32 {
  return pack(vec4f(value), vec4f()).x & 0xffffu;
}

// Both numbers of a word, the even one first.
fn unpack_word(word: u32) -> vec2f {
  let both = unpack(vec4u(word));
  return vec2f(both.even.x, both.odd.x);
}

fn pack_word(even: f32, odd: f32) -> u32 {
  return pack(vec4f(even), vec4f(odd)).x;
}
