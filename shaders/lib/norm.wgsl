// norm: RMSNorm, x * weight / sqrt(mean(x^2) + epsilon), for which a head, or all heads of a token, are one vector.
import package::lib::float16::EvenOdd;

// What is one vector.
const OVER_HEAD = 1u;
const OVER_HEADS = 2u;
const WEIGHTED = 4u;   // with weights

struct Norm {
  weight: u32,       // where the weights begin: chunks or elements of the dtype of the weights
  plus: f32,         // added to each weight
  epsilon: f32,
  share: f32,        // 1 / elements of the mean
}

fn squares(run: EvenOdd) -> vec4f {
  return run.even * run.even + run.odd * run.odd;
}

fn norm_factor(norm: Norm, sum: f32) -> f32 {
  return inverseSqrt(sum * norm.share + norm.epsilon);
}

fn scaled_run(run: EvenOdd, factor: f32, weight: EvenOdd) -> EvenOdd {
  return EvenOdd(run.even * factor * weight.even, run.odd * factor * weight.odd);
}
