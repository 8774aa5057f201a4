import { listed } from '../word-list';
import { NOT_ROTATED, OTHERS } from './others';
import { type ModelRow, parseRow } from './row';
import { A_TO_I } from './transformers-a-i';
import { J_TO_Z } from './transformers-j-z';
import { VISION } from './vision';

export type { ModelRow } from './row';

/** Strings that are searched on use, so that importing this package computes nothing. */
const TABLES = [A_TO_I, J_TO_Z, OTHERS, VISION];

/** The row of a `model_type`, or undefined where the table has none. */
export function modelRow(modelType: string): ModelRow | undefined {
  const line = lineOf(modelType);
  if (line !== undefined) return parseRow(line, lineOf);
  if (!listed(NOT_ROTATED, modelType)) return undefined;
  return parseRow(`${modelType} . none=its~modelling~code~has~no~rotation`, lineOf);
}

/** Every model type with a row, in the order of the tables. */
export function modelTypes(): string[] {
  return TABLES.flatMap((table) => table.trim().split('\n')).map((line) => line.slice(0, line.indexOf(' ')));
}

function lineOf(modelType: string): string | undefined {
  if (!/^[\w.-]+$/.test(modelType)) return undefined;
  for (const table of TABLES) {
    const at = table.indexOf(`\n${modelType} `);
    if (at >= 0) return table.slice(at + 1, table.indexOf('\n', at + 1));
  }
  return undefined;
}
