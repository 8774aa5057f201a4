/** How the next token is drawn. */
export interface Sampling {
  /** 0 (default) takes the likeliest token; 1 draws as the model says; above 1 the unlikely ones gain. */
  readonly temperature?: number;
  /** Numbers from 0 to below 1. Default `Math.random`. */
  readonly random?: () => number;
}

/** A token, by the logits of all. */
export function sample(
  logits: Float32Array,
  { temperature = 0, random = Math.random }: Sampling = {},
): number {
  const likeliest = logits.reduce((best, logit, token) => (logit > logits[best]! ? token : best), 0);
  if (temperature === 0) return likeliest;
  const weights = logits.map((logit) => Math.exp((logit - logits[likeliest]!) / temperature));
  let rest = random() * weights.reduce((sum, weight) => sum + weight, 0);
  const drawn = weights.findIndex((weight) => {
    rest -= weight;
    return rest < 0;
  });
  // All of them are passed only by rounding.
  return drawn < 0 ? likeliest : drawn;
}
