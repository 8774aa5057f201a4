import { type GgufOptions, ropeConfigFromGguf } from '../../src/config/gguf';

export type Values = Record<string, unknown>;

/** The metadata of a GGUF header; every key of `values` gets the architecture's name in front. */
export function gguf(architecture: string, values: Values): Values {
  const own = Object.entries(values).map(([key, value]) => [`${architecture}.${key}`, value]);
  return { 'general.architecture': architecture, 'general.name': 'test', ...Object.fromEntries(own) };
}

export const HEAD = { embedding_length: 4096, 'attention.head_count': 32, context_length: 8192 };
export const NONE: GgufOptions = { tensors: {} };
export const LONG = 'rope_factors_long.weight';
export const SHORT = 'rope_factors_short.weight';
export const read = (architecture: string, values: Values, options: GgufOptions = NONE) =>
  ropeConfigFromGguf(gguf(architecture, { 'rope.freq_base': 10000, ...HEAD, ...values }), options);
