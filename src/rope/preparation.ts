import type { RopeDtype } from '../dtypes';
import { checkChoice, wrongType } from '../errors';
import type { RopePreparation } from './options';

/** Kinds of positions to prepare for. */
export function checkPreparedPositions(
  given: RopePreparation['positions'],
): NonNullable<RopePreparation['positions']> {
  const kinds = given ?? [];
  if (!Array.isArray(kinds)) throw wrongType('positions', 'an array of kinds of positions', kinds);
  return Array.from(kinds, (kind, i) => checkChoice(`positions[${i}]`, kind, ['ids', 'ragged', 'grid']));
}

/** Dtypes to prepare for, of those that there are. */
export function checkPreparedTypes(
  given: readonly RopeDtype[] | undefined,
  dtypes: readonly RopeDtype[],
): readonly RopeDtype[] {
  if (given === undefined) return dtypes;
  if (!Array.isArray(given)) throw wrongType('dtypes', 'an array of dtypes', given);
  return Array.from(given, (dtype, i) => checkChoice(`dtypes[${i}]`, dtype, dtypes));
}
