import { show } from '../errors';
import { agreed, type HuggingFaceSource, ROTARY_WORD, unchecked } from './hf-given';
import { checkKeysOfRotation } from './hf-keys';
import { type HuggingFacePart, huggingFacePart } from './hf-parts';
import { modelRow } from './models';

/** Which model of a file to read, and whether what nobody checked is refused. */
export interface OpenOptions {
  readonly part?: string | undefined;
  readonly strict?: boolean | undefined;
}

/**
 * Finds the model in a parsed `config.json` and refuses what is not rotated, or would be rotated wrongly.
 *
 * @throws {TypeError | RangeError} it is no object, has no such part, is not rotated, or is unchecked though `strict`
 */
export function openHuggingFace(
  config: unknown,
  { part, strict = false }: OpenOptions = {},
): HuggingFaceSource {
  const found = huggingFacePart(config, part);
  // Not by the name: a tower may be named only as its file is, whose class says nothing about it.
  const row = found.candidates.map((name) => modelRow(name)).find((each) => each !== undefined);
  const modelType = row?.modelType ?? found.named;
  const { values, prefix } = found;
  const assumptions: string[] = [];
  const source = { values, prefix, modelType, row, strict, assumptions };
  if (!source.row && found.isTower) {
    throw new TypeError(
      `${prefix}model_type: expected a tower whose rotation this reader knows, got ${show(modelType)}`,
    );
  }
  if (source.row?.isFromMemory) {
    unchecked(source, `${prefix}model_type ${show(modelType)} is read as ${source.row.source}`, assumptions);
  }
  if (!source.row) {
    const who = modelType ? `model_type ${show(modelType)} is not in the table` : 'model_type is missing';
    unchecked(source, `${prefix}${who}: ${UNCHECKED}`, assumptions);
  }
  for (const text of checkKeysOfRotation(source)) unchecked(source, text, assumptions);
  if (found.parent && part === undefined) assumptions.push(...besidePart(found, found.parent));
  return source;
}

/** What may be otherwise in a class that the table does not have. */
const UNCHECKED =
  'pairing "half", the direction, the rotated width, which layers rotate and the scheme are read as Llama has them, ' +
  'and not checked';

/** Keys about rotation beside a nested model, which transformers does not read; they may repeat it, not contradict it. */
function besidePart(part: HuggingFacePart, parent: Readonly<Record<string, unknown>>): string[] {
  const { values, prefix } = part;
  const isGiven = (value: unknown) => value !== null && value !== undefined;
  const outer = prefix.slice(0, prefix.slice(0, -1).lastIndexOf('.') + 1);
  const keys = Object.keys(parent).filter((key) => ROTARY_WORD.test(key) && isGiven(parent[key]));
  for (const key of keys.filter((name) => isGiven(values[name]))) {
    agreed([
      { name: prefix + key, value: values[key] },
      { name: outer + key, value: parent[key] },
    ]);
  }
  return keys
    .filter((key) => !isGiven(values[key]))
    .map((key) => `${outer}${key} stands beside ${prefix.slice(0, -1)} and is not read, as in transformers`);
}
