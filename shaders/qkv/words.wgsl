// words: heads of any shape, an element at a time. An invocation owns its heads, so that no two write one word.
import package::bindings::qkv::{
  K, Q, ROTATES, Part, V, WEIGHT_DTYPE, k_cache_words, k_weight_words, k_words, norm_of, params, q_weight_words, q_words, stored_dtype,
  v_cache_words, v_weight_words, v_words,
};
import package::bindings::table::axis_quad;
import package::lib::digits::cos_sin_of;
import package::lib::dtype::{DTYPE, F32, pack_as, unpack_as};
import package::lib::norm::{Norm, OVER_HEADS, WEIGHTED, norm_factor};
import package::lib::rotate::{QuadPlace, elements_of_pair, rotated_pair};
import package::qkv::token::{Share, Taken, is_taken, place_of, share_of};

fn word_at(which: u32, at: u32) -> u32 {
  var word: u32;
  if (which == Q) {
    word = q_words[at];
  } else if (which == K) {
    word = k_words[at];
  } else {
    word = v_words[at];
  }
  return word;
}

fn weight_word_at(which: u32, at: u32) -> u32 {
  var word: u32;
  if (which == Q) {
    word = q_weight_words[at];
  } else if (which == K) {
    word = k_weight_words[at];
  } else {
    word = v_weight_words[at];
  }
  return word;
}

fn word_to(which: u32, at: u32) -> u32 {
  var word: u32;
  if (which == Q) {
    word = q_words[at];
  } else if (which == K) {
    word = k_cache_words[at];
  } else {
    word = v_cache_words[at];
  }
  return word;
}

fn set_word(which: u32, at: u32, word: u32) {
  if (which == Q) {
    q_words[at] = word;
  } else if (which == K) {
    k_cache_words[at] = word;
  } else {
    v_cache_words[at] = word;
  }
}

// Elements of a 16-bit dtype lie two to a word.
fn word_of(dtype: u32, element: u32) -> u32 {
  return select(element / 2u, element, dtype == F32);
}

// The bits of an element in the word that holds it: all of them, or the lower half.
fn bits_in(dtype: u32, word: u32, element: u32) -> u32 {
  return select((word >> ((element & 1u) * 16u)) & 0xffffu, word, dtype == F32);
}

fn value_of(dtype: u32, bits: u32) -> f32 {
  var value = bitcast<f32>(bits);
  if (dtype != F32) {
    value = unpack_as(dtype, vec4u(bits)).even.x;
  }
  return value;
}

fn bits_of(dtype: u32, value: f32) -> u32 {
  var bits = bitcast<u32>(value);
  if (dtype != F32) {
    bits = pack_as(dtype, vec4f(value), vec4f()).x & 0xffffu;
  }
  return bits;
}

fn element_bits(which: u32, head: u32, element: u32) -> u32 {
  return bits_in(DTYPE, word_at(which, head + word_of(DTYPE, element)), element);
}

// Leaves the neighbour in the word as it is.
fn set_element_bits(which: u32, head: u32, element: u32, bits: u32) {
  let dtype = stored_dtype(which);
  let at = head + word_of(dtype, element);
  var word = bits;
  if (dtype != F32) {
    let shift = (element & 1u) * 16u;
    word = (word_to(which, at) & (0xffff0000u >> shift)) | (bits << shift);
  }
  set_word(which, at, word);
}

fn weight_of(which: u32, norm: Norm, element: u32) -> f32 {
  var weight = 1.0;
  if (norm_of(which) >= WEIGHTED) {
    let at = norm.weight + element;
    let word = weight_word_at(which, word_of(WEIGHT_DTYPE, at));
    weight = value_of(WEIGHT_DTYPE, bits_in(WEIGHT_DTYPE, word, at)) + norm.plus;
  }
  return weight;
}

// A head, of the part that it belongs to.
struct Head {
  which: u32,
  origin: u32,
  to: u32,
  is_normed: bool,
  factor: f32,
  weights: u32,   // of all heads, the element at which those of this one begin
}

fn element_of(head: Head, norm: Norm, element: u32) -> f32 {
  var value = value_of(DTYPE, element_bits(head.which, head.origin, element));
  if (head.is_normed) {
    value = value * head.factor * weight_of(head.which, norm, head.weights + element);
  }
  return value;
}

fn sum_of_squares(which: u32, head: u32, size: u32) -> f32 {
  var total = 0.0;
  var element = 0u;
  while (element < size) {
    var sixteen = 0.0;
    for (var i = 0u; i < 16u && element < size; i++) {
      let value = value_of(DTYPE, element_bits(which, head, element));
      sixteen += value * value;
      element++;
    }
    total += sixteen;
  }
  return total;
}

fn write_head(head: Head, part: Part, taken: Taken) {
  let dtype = stored_dtype(head.which);
  let pairs = select(0u, params.rotated_units, ROTATES && head.which != V);
  for (var pair = 0u; pair < pairs; pair++) {
    let elements = elements_of_pair(pair, pairs) + part.rotary;
    let x = element_of(head, part.norm, elements.x);
    let y = element_of(head, part.norm, elements.y);
    let after = rotated_pair(x, y, cos_sin_of(axis_quad(taken.table, QuadPlace(pair / 2u, 1u, 0u)), pair));
    set_element_bits(head.which, head.to, elements.x, bits_of(dtype, after.x));
    set_element_bits(head.which, head.to, elements.y, bits_of(dtype, after.y));
  }
  if (part.units == 0u) {
    return;
  }
  for (var i = 0u; i < part.size - 2u * pairs; i++) {
    let element = select(i, i + 2u * pairs, i >= part.rotary);
    var bits = element_bits(head.which, head.origin, element);
    if (head.is_normed || dtype != DTYPE) {
      bits = bits_of(dtype, element_of(head, part.norm, element));
    }
    set_element_bits(head.which, head.to, element, bits);
  }
}

fn write_heads(which: u32, part: Part, all: Share, taken: Taken) {
  if (!is_taken(part, taken)) {
    return;
  }
  let share = share_of(which, part.heads, all);
  let origin = place_of(part.origin, part.comes_from_row, taken);
  let to = place_of(part.to, part.goes_to_row, taken);
  let is_normed = norm_of(which) != 0u;
  let is_over_heads = norm_of(which) % WEIGHTED == OVER_HEADS;
  var sum = 0.0;
  if (is_over_heads) {
    for (var head = share.first; head < share.last; head++) {
      sum += sum_of_squares(which, origin + head * part.origin.head, part.size);
    }
  }
  for (var head = share.first; head < share.last; head++) {
    var one = Head(which, origin + head * part.origin.head, to + head * part.to.head, is_normed, 1.0, 0u);
    if (is_normed) {
      if (is_over_heads) {
        one.weights = head * part.size;
      } else {
        sum = sum_of_squares(which, one.origin, part.size);
      }
      one.factor = norm_factor(part.norm, sum);
    }
    write_head(one, part, taken);
  }
}
