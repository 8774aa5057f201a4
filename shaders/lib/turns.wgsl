// turns: cos and sin of position * frequency, for positions below 0 and between integers. A frequency is turns a position, in fixed
// point; the product with a position is exact in integers, and only the fraction of a turn matters: 32 bits of it, whatever the size
// of the position. Its upper ten bits choose a row of one small table that serves all frequencies; a short series does the rest.
// Off by less than two float32 roundings: as near as a table with a row a position.
import package::lib::items::multiply_high;

// turns = high.middle low, in words: 32 bits before the point, 64 behind.
struct Frequency {
  low: u32,
  middle: u32,
  high: u32,
  is_negative: u32,
}

// whole + part * 2^-bits, the part with a sign of its own.
struct Point {
  whole: i32,
  part: u32,
  bits: u32,          // up to 149
  is_negative: bool,  // the part
}

fn negated_if(turn: u32, condition: bool) -> u32 {
  return select(turn, 0u - turn, condition);
}

// Fraction of a turn, in 2^-32.
fn whole_turn(frequency: Frequency, whole: i32) -> u32 {
  let magnitude = bitcast<u32>(abs(whole));
  return negated_if(magnitude * frequency.middle + multiply_high(magnitude, frequency.low), whole < 0);
}

// The product has 128 bits, of which 64 + bits lie behind the point: the first 32 of those are the turn.
fn part_turn(frequency: Frequency, point: Point) -> u32 {
  let b = point.part * frequency.middle;
  let c = point.part * frequency.high;
  let second = b + multiply_high(point.part, frequency.low);
  let carry = u32(second < b);
  let middle = c + multiply_high(point.part, frequency.middle);
  let third = middle + carry;
  let carries = u32(middle < c) + u32(third < middle);
  let fourth = multiply_high(point.part, frequency.high) + carries;
  // Words from the second on, as the shift is at least 32.
  let words = array<u32, 4>(second, third, fourth, 0u);
  let word = min(point.bits / 32u, 3u);
  let shift = point.bits % 32u;
  let above = words[min(word + 1u, 3u)];
  let turn = (words[word] >> shift) | select(0u, above << (32u - shift), shift > 0u);
  return negated_if(turn, point.is_negative);
}

fn turn_of(frequency: Frequency, point: Point) -> u32 {
  let turn = whole_turn(frequency, point.whole) + part_turn(frequency, point);
  return negated_if(turn, frequency.is_negative == 1u);
}

// A turn as the nearest row of a table of 1024, and what is left: an angle within 2 pi / 2048.
struct NearTurn {
  row: u32,
  rest: f32,
}

fn near_turn(turn: u32) -> NearTurn {
  let near = turn + 0x200000u;
  let rest = bitcast<i32>(near & 0x3fffffu) - 0x200000;
  return NearTurn(near >> 22u, f32(rest) * 0x1.921fb6p-30);
}

// (cos, sin) of the row turned on by the rest. What is added is small: its own roundings count for nothing.
fn turned_on(cos_sin: vec2f, rest: f32) -> vec2f {
  let missing = 0.5 * rest * rest;
  let sine = rest - rest * missing * 0x1.555556p-2;
  return cos_sin - vec2f(cos_sin.x * missing + cos_sin.y * sine, cos_sin.y * missing - cos_sin.x * sine);
}
