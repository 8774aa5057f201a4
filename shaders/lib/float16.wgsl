// float16: f16 and bf16 as bits, two to a word, packed to nearest even from float32.
// Linked with `native_f16`, f16 is converted by the device's own type: for devices whose conversions passed a probe.

// The even (lower) and the odd (upper) elements of four words.
struct EvenOdd {
  even: vec4f,
  odd: vec4f,
}

fn unpack_f16(words: vec4u) -> EvenOdd {
  let x = unpack2x16float(words.x);
  let y = unpack2x16float(words.y);
  let z = unpack2x16float(words.z);
  let w = unpack2x16float(words.w);
  return EvenOdd(vec4f(x.x, y.x, z.x, w.x), vec4f(x.y, y.y, z.y, w.y));
}

@if(native_f16) fn pack_f16(even: vec4f, odd: vec4f) -> vec4u {
  let a = vec4<f16>(even);
  let b = vec4<f16>(odd);
  return vec4u(
    word_of(vec2(a.x, b.x)),
    word_of(vec2(a.y, b.y)),
    word_of(vec2(a.z, b.z)),
    word_of(vec2(a.w, b.w)),
  );
}

// A number that f16 holds is packed as it is. Where it compiles, the host puts bitcast<u32>(halves) here, which converts nothing.
@if(native_f16) fn word_of(halves: vec2<f16>) -> u32 {
  return pack2x16float(vec2f(halves));
}

fn unpack_bf16(words: vec4u) -> EvenOdd {
  return EvenOdd(bitcast<vec4f>(words * 0x10000u), bitcast<vec4f>(words & vec4u(0xffff0000u)));
}

// Bits of f16s but for the sign, rounded to nearest even, by integers; and by floats where nothing is rounded, so that every order
// and rounding of them gives the same. Not by pack2x16float, which is undefined past 65504.
//   normal   the bits of f32 less the difference of the exponents' biases, with the carry of what is cut. From 65520 on Inf.
//   small    below 2^-14, in units of 2^-24: a whole number and a rest, both exact. The rest's bits are above those of 0.5, or
//            equal where the number is odd, if it rounds up. Never more than normal above that.
fn f16_magnitudes(values: vec4f) -> vec4u {
  let magnitude = bitcast<vec4u>(values) & vec4u(0x7fffffffu);
  let even = (magnitude >> vec4u(13u)) & vec4u(1u);
  let normal = (bitcast<vec4i>(magnitude + even) - vec4i(0x37fff001)) >> vec4u(13u);
  let units = bitcast<vec4f>(min(magnitude, vec4u(0x38800000u))) * 0x1p24;
  let whole = vec4u(units);
  let rest = bitcast<vec4u>(units - vec4f(whole)) + (whole & vec4u(1u));
  let small = whole + vec4u(rest > vec4u(0x3f000000u));
  let rounded = min(vec4u(max(normal, vec4i(small))), vec4u(0x7c00u));
  return rounded | select(vec4u(), vec4u(0x200u), magnitude > vec4u(0x7f800000u));
}

@if(!native_f16) fn pack_f16(even: vec4f, odd: vec4f) -> vec4u {
  let signs = ((bitcast<vec4u>(even) >> vec4u(16u)) & vec4u(0x8000u)) | (bitcast<vec4u>(odd) & vec4u(0x80000000u));
  return signs | f16_magnitudes(even) | (f16_magnitudes(odd) << vec4u(16u));
}

// bf16 in the upper half: rounds to nearest even by carrying into it. A NaN stays one, as it keeps its upper bits, of which
// arithmetic sets one; two minima see to it that no carry makes it a number, one a sign.
fn bf16_upper(values: vec4f) -> vec4u {
  let bits = bitcast<vec4u>(values);
  let even = (bits >> vec4u(16u)) & vec4u(1u);
  let negative = min(bits, vec4u(0xffff7fffu));
  return bitcast<vec4u>(min(bitcast<vec4i>(negative), vec4i(0x7fff7fff))) + vec4u(0x7fffu) + even;
}

fn pack_bf16(even: vec4f, odd: vec4f) -> vec4u {
  return (bf16_upper(even) >> vec4u(16u)) | (bf16_upper(odd) & vec4u(0xffff0000u));
}
