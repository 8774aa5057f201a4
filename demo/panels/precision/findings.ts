/** What the measured numbers say, in words. Pure: the same numbers give the same words. */
import { capital, integer, percent, scientific, significant } from '../../format';
import { nameOf, recipes } from './names';
import type { Run } from './recipes';
import { type PairChoice, pairRange, type Storage } from './state';
import type { ByRecipe, PlaceResult, Recipe, SweepResult } from './tasks';

/** The largest error by run, over the pairs that count. */
export function worstByRun(
  { worst, runs, pairs }: SweepResult,
  recipe: Recipe,
  choice: PairChoice,
): number[] {
  const errors = worst[recipe];
  const [first, end] = pairRange(choice, pairs);
  return errors
    ? runs.map((_, run) => Math.max(...errors.subarray(run * pairs + first, run * pairs + end)))
    : [];
}

/** The recipes that were measured. */
export function present(worst: ByRecipe): Recipe[] {
  return recipes.filter((recipe) => worst[recipe] !== undefined);
}

/** The first run from which on, to the last, one error is larger than another. */
export function pastFrom(
  runs: readonly Run[],
  errors: readonly number[],
  bars: readonly number[],
): Run | undefined {
  const lastWithin = runs.findLastIndex(
    (_, run) => !((errors[run] ?? 0) > (bars[run] ?? Number.POSITIVE_INFINITY)),
  );
  return runs[lastWithin + 1];
}

/** Which recipe costs what at the last position, coarsest first. */
export function sweepSentence(result: SweepResult, choice: PairChoice): string {
  const onGpu = result.adapter !== null;
  const last = result.runs.at(-1)?.last ?? 0;
  const angles = present(result.worst).filter((recipe) => recipe !== 'f16' && recipe !== 'bf16');
  const ends = angles.map(
    (recipe) => `${nameOf(recipe, onGpu)} ${error(worstByRun(result, recipe, choice).at(-1) ?? 0)}`,
  );
  return `Largest error up to position ${integer(last)}: ${ends.join('; ')}.`;
}

/** From which position on a way to form angles costs more than storing the true ones. */
export function crossings(result: SweepResult, choice: PairChoice): string[] {
  const { runs, worst } = result;
  return (['bf16', 'f16'] as const).map((dtype) => {
    const bars = worstByRun(result, dtype, choice);
    const sentences = (['read', 'phases'] as const)
      .filter((recipe) => worst[recipe])
      .map((recipe) => {
        const past = pastFrom(runs, worstByRun(result, recipe, choice), bars);
        const method = recipe === 'read' ? 'sin and cos in the shader' : 'float32 phases';
        return past
          ? `${method} move them more from position ${integer(past.last)} on`
          : `${method} do not up to here`;
      });
    return `Keeping a true cosine and sine in ${dtype} moves them by up to ${error(Math.max(...bars))}, near and far alike: ${sentences.join('; ')}.`;
  });
}

/** What the table costs beside the storage it goes into. */
export function tableSentence(result: SweepResult, choice: PairChoice): string {
  const table = Math.max(...worstByRun(result, 'table', choice));
  const f16 = Math.max(...worstByRun(result, 'f16', choice));
  return (
    `${capital(nameOf('table', result.adapter !== null))} is off by ${error(table)} at most, near and far: ${significant(f16 / table, 2)} times less than f16 ` +
    'rounds away. With it storage is all that is left of the error.'
  );
}

/** Which pairs a storage makes equal at neighbouring positions. */
export function neighboursSentence({ equal, runs, pairs }: SweepResult, storage: Storage): string {
  const shares = equal[storage];
  const [first, last] = [0, runs.length - 1].map((run) => shares.subarray(run * pairs, (run + 1) * pairs));
  const countEqual = (row: Float32Array | undefined): number =>
    row?.filter((share) => share > 0.5).length ?? 0;
  const end = runs.at(-1)?.last ?? 0;
  const fastest = last?.findIndex((share) => share > 0.5) ?? -1;
  const from =
    fastest >= 0
      ? ` The fastest of them is pair ${fastest}; the fast pairs alone tell such neighbours apart.`
      : '';
  return (
    `Around position ${integer(end)}, ${countEqual(last)} of ${pairs} pairs have the same ${storage} cosine and sine for more than half ` +
    `of all neighbours; next to position 0 it is ${countEqual(first)}.${from}`
  );
}

/** What a score loses, at the distance where it loses most. */
export function scoresSentence({ distances, scores, adapter }: PlaceResult): string {
  const sentences = recipes.flatMap((recipe) => {
    const errors = scores[recipe];
    if (!errors || recipe === 'power') return [];
    const name =
      recipe === 'f16' || recipe === 'bf16' ? `Q and K kept in ${recipe}` : nameOf(recipe, adapter !== null);
    return [`${name} ${error(Math.max(...errors))}`];
  });
  return `A score of random queries and keys has deviation 1. It is off by (largest over ${distances.length} distances): ${sentences.join('; ')}.`;
}

/** The costs of storage beside each other. */
export function costsSentence({ costs }: PlaceResult): string {
  const rmsOf = (name: string): number => costs.find((cost) => cost.name === name)?.rms ?? Number.NaN;
  const share = (dtype: Storage): string =>
    `${dtype}: Q and K alone ${error(rmsOf(`${dtype}: Q, K alone`))}, with a table in ${dtype} too ${error(rmsOf(`${dtype}: table and Q, K`))}, ` +
    `${percent(rmsOf(`${dtype}: table and Q, K`) / rmsOf(`${dtype}: Q, K alone`) - 1)} more`;
  const dearer = (['bf16', 'f16'] as const).every(
    (dtype) => rmsOf(`${dtype}: table and Q, K`) > 1.05 * rmsOf(`${dtype}: Q, K alone`),
  );
  const advice = dearer ? ' So a table is better kept in float32, whatever Q and K are.' : '';
  return `Root mean square for elements of deviation 1. ${share('bf16')}. ${share('f16')}.${advice}`;
}

export function error(value: number): string {
  return value < 1e-3 ? scientific(value, 2) : significant(value, 2);
}
