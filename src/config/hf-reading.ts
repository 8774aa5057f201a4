import { checkChoice, wrongType } from '../errors';
import { axialReading } from './axial';
import { agreed, assumed, givenOf, type HuggingFaceSource, integerOf } from './hf-given';
import { readMrope } from './hf-mrope';
import { readScaling, schemeOf } from './hf-scaling';
import { describeBlock, type ScalingBlock, scalingBlock } from './hf-scaling-block';
import { readTheta } from './hf-theta';
import { readWidths, type Widths } from './hf-widths';
import { MAX_ROTARY_DIM, ropeConfig } from './rope-config';
import type { Pairing, RopeConfig, RopeScaling } from './types';

/** Reads the rotation of one layer type. Knows nothing of which layers rotate. */
export function readLayerType(source: HuggingFaceSource, layerType: string): RopeConfig {
  const assumptions = [...source.assumptions];
  const block = scalingBlock(source, layerType);
  if (block.isDefault && block.types.some(({ value }) => value !== 'default')) {
    assumed(source, 'rope_parameters', describeBlock(block), assumptions);
  }
  const { theta, isUnscaled } = readTheta(source, { block, layerType, assumptions });
  const used = isUnscaled || !takesScaling(source, layerType) ? unscaled(block) : block;
  const wholeHead = schemeOf(used) === 'proportional';
  const widths = readWidths(source, { block, layerType, wholeHead, assumptions });
  const rotaryDim = widths.rotaryDim + (widths.rotaryDim % 2);
  const context = { ...widths, rotaryDim, layerType, assumptions };
  const pairs = rotaryDim / 2;
  const scaling = oddWidth(widths, theta, readScaling(source, used, context));
  const axial = source.row?.axial;
  return ropeConfig({
    headDim: widths.headDim,
    rotaryDim,
    placement: widths.placement,
    theta,
    pairing: readPairing(source),
    direction: source.row?.isReversed ? 'reversed' : 'forward',
    ...(axial
      ? axialReading(axial, rotaryDim, theta)
      : { scaling, axes: readMrope(source, block, pairs, assumptions) }),
    trainedPositions: trainedPositions(source),
    assumptions,
  });
}

function unscaled(block: ScalingBlock): ScalingBlock {
  return { ...block, types: [], fields: new Map() };
}

/** Step 3.5 lists the layer types whose frequencies are scaled. */
function takesScaling(source: HuggingFaceSource, layerType: string): boolean {
  const [only] = givenOf(source, 'yarn_only_types');
  return !Array.isArray(only?.value) || only.value.length === 0 || only.value.includes(layerType);
}

/**
 * An odd width: transformers then has one frequency more than half of it, whose exponents go by the odd width.
 *
 * @throws {RangeError} a scheme would have to be taken at that width
 */
function oddWidth({ headDim, rotaryDim }: Widths, theta: number, scaling: RopeScaling): RopeScaling {
  if (rotaryDim % 2 === 0 && rotaryDim > 0) return scaling;
  // Too wide to be read: the config is refused for it, before as many frequencies are written out.
  if (rotaryDim > MAX_ROTARY_DIM) return scaling;
  if (scaling.type !== 'default' || rotaryDim === 0) {
    throw new RangeError(
      `partial_rotary_factor: expected a fraction of head_dim (${headDim}) that is an even width, got ${rotaryDim}`,
    );
  }
  const inverseFrequencies = Array.from(
    { length: (rotaryDim + 1) / 2 },
    (_, pair) => theta ** ((-2 * pair) / rotaryDim),
  );
  return { type: 'explicit', inverseFrequencies };
}

/** Which way pairs lie: what the config says, else the class, else halves. */
function readPairing(source: HuggingFaceSource): Pairing {
  const flag = agreed(givenOf(source, 'rope_interleave', 'rope_interleaved', 'rotary_emb_interleaved'));
  if (!flag) return source.row?.pairing ?? 'half';
  if (typeof flag.value !== 'boolean') throw wrongType(flag.name, 'true or false', flag.value);
  return flag.value ? 'interleaved' : 'half';
}

function trainedPositions(source: HuggingFaceSource): number | null {
  return (
    integerOf(source, 'max_position_embeddings', 'n_positions') ?? integerOf(source, 'seq_length') ?? null
  );
}

/** Whether two readings rotate alike, whatever their readers had to assume. */
export function rotatesAlike(one: RopeConfig, other: RopeConfig): boolean {
  const rotation = (config: RopeConfig) => JSON.stringify({ ...config, assumptions: [] });
  return rotation(one) === rotation(other);
}

/** A layer type the caller asks for, checked against those the model has. */
export function checkLayerType(layerType: unknown, known: readonly string[]): string {
  // The plain names are taken for every model: one with a single rule has it in whatever its layers are called.
  const plain = ['full_attention', 'sliding_attention', 'chunked_attention'];
  return checkChoice('layerType', layerType, [...new Set([...known, ...plain])]);
}
