const { PI, abs, round } = Math;

/** Two computations of one frequency may differ by a few roundings of float64 (2^-53 each): less is no difference. */
export const slack = 1e-12;

/** Turns that a pair makes over so many tokens. */
export function turnsOf(frequency: number, tokens: number): number {
  return (tokens * abs(frequency)) / (2 * PI);
}

/**
 * Whether a pair meets angles at the target that training did not show it: it made less than one turn in training, and
 * makes more of one at the target.
 */
export function meetsNewAngles(
  trainedFrequency: number,
  trainedLength: number,
  targetFrequency: number,
  targetLength: number,
): boolean {
  const trained = turnsOf(trainedFrequency, trainedLength);
  // A pair made to turn the other way meets new angles from the start.
  const isTurnedBack = targetFrequency * trainedFrequency < 0;
  return (
    trained < 1 - slack && (isTurnedBack || turnsOf(targetFrequency, targetLength) > trained * (1 + slack))
  );
}

/** The angle between the clock hands of two neighbours, 0 to pi: a hand that turns by more looks like one that turns back. */
export function neighbourAngle(frequency: number): number {
  return abs(frequency) <= PI ? abs(frequency) : abs(frequency - 2 * PI * round(frequency / (2 * PI)));
}
