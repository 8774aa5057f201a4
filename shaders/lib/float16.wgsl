// float16: f16 and bf16 as bits, two to a word, packed to nearest even from float32.
// Products and minima stand where shifts could: a GPU takes either, SwiftShader shifts lane by lane (bench/NOTES.md).

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

fn unpack_bf16(words: vec4u) -> EvenOdd {
  return EvenOdd(bitcast<vec4f>(words * 0x10000u), bitcast<vec4f>(words & vec4u(0xffff0000u)));
}

// Bits of f16s but for the sign, rounded to nearest even. Not by pack2x16float, which is undefined past 65504: SwiftShader
// makes 70000 a NaN and loses Inf.
//   normal   f32 bits over 2^13, less the difference of the exponents' biases. The bits to keep and those to drop become
//            floats apart, both exact, and meet in a sum whose last place is 1. 65536, the most, has the bits of Inf.
//   small    below 2^-14, in units of 2^-24: the last place of 0.5. Never more than normal above that.
fn f16_magnitudes(values: vec4f) -> vec4i {
  let magnitude = bitcast<vec4i>(values) & vec4i(0x7fffffff);
  let cut = min(magnitude, vec4i(0x47800000));
  let kept = vec4f(cut & vec4i(-0x2000)) * 0x1p-13 + 0x1.8p23;
  let normal = bitcast<vec4i>(vec4f(cut & vec4i(0x1fff)) * 0x1p-13 + kept) - vec4i(0x4b41c000);
  let small = bitcast<vec4i>(bitcast<vec4f>(min(magnitude, vec4i(0x38800000))) + 0.5) - vec4i(0x3f000000);
  return max(normal, small) | select(vec4i(), vec4i(0x200), magnitude > vec4i(0x7f800000));
}

fn pack_f16(even: vec4f, odd: vec4f) -> vec4u {
  let sign = vec4u(0x80000000u);
  let signs = min(bitcast<vec4u>(even) & sign, vec4u(0x8000u)) | (bitcast<vec4u>(odd) & sign);
  return signs | bitcast<vec4u>(f16_magnitudes(even) | (f16_magnitudes(odd) * 0x10000));
}

// bf16 in the upper half: rounds to nearest even by carrying into it. A NaN is cut instead (the carry could make it an
// Inf) and kept quiet.
fn bf16_upper(values: vec4f) -> vec4u {
  let bits = bitcast<vec4u>(values);
  let rounded = bits + vec4u(0x7fffu) + min(bits & vec4u(0x10000u), vec4u(1u));
  return select(rounded, bits | vec4u(0x00400000u), (bits & vec4u(0x7fffffffu)) > vec4u(0x7f800000u));
}

fn pack_bf16(even: vec4f, odd: vec4f) -> vec4u {
  return (bf16_upper(even) >> vec4u(16u)) | (bf16_upper(odd) & vec4u(0xffff0000u));
}
