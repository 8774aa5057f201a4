// Writes docs/models.md from the list of models that test/config checks: `npx tsx scripts/docs-models.ts`.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ropeConfigsFromHuggingFace } from '../src/config/hugging-face';
import type { RopeAxes, RopeConfig, RopeScaling } from '../src/config/types';
import { type ModelCase, models } from '../test/config/models';

const INTRODUCTION = `# Which models read correctly

\`ropeConfigFromHuggingFace(configJson)\` and \`ropeConfigsFromHuggingFace(configJson)\` read these configs in
\`test/config/models.test.ts\`; this page is generated from that list by \`npx tsx scripts/docs-models.ts\`. The configs are
written from memory of the released files, with only the keys that matter for shape and rotation; LongRoPE's lists are invented.
What a reader could not find in a config is in \`assumptions\` of the result. A config that it would rotate wrongly is refused, and the
error names the key.

A model whose layers rotate by several rules has a row for each; pass \`layerType\`, or let
\`ropeConfigsFromHuggingFace\` say which layer follows which. "Assumes" counts the entries of \`assumptions\`.

`;

const HEADER = `| model | \`model_type\` | layers | head, rotary | theta | pairing | scaling | assumes |
|---|---|---|---|---|---|---|---|
`;

const OUTRO = `
A model that is not listed may be read too, if its config uses these keys. The pairing depends on \`model_type\`: one that
the table of \`src/config/models/\` does not have is read as \`half\`, and \`assumptions\` says so.

Axes are time, height and width; [positions.md](positions.md) says how to build their positions. ERNIE 4.5 VL lists its sections as
height, width, time.

Scaling that is not part of the rotation is left to the caller: DeepSeek's correction of the softmax scale by
\`mscale_all_dim\`, Llama 4's temperature tuning, Ministral 3's \`llama_4_scaling_beta\`.

## GGUF

\`ropeConfigFromGguf(metadata, { tensors })\` pairs as llama.cpp does for \`general.architecture\`, which is not always how
the Hugging Face checkpoint pairs: converters permute the weights of Llama, so its GGUF is \`interleaved\`. Pass
\`rope_freqs.weight\` (Llama 3.1 and later, Gemma 4), \`rope_factors_long.weight\` and \`rope_factors_short.weight\` (Phi-3,
Phi-4 mini) as float32 values; without \`tensors\` the result assumes there are none, and says so. Which layers of Llama 4,
SmolLM3, Cohere 2 and EXAONE 4 are not rotated is not read from a GGUF; \`assumptions\` says so.

\`rope.dimension_sections\` of Qwen2-VL, Qwen3-VL, Qwen3.5, PaddleOCR-VL and GLM-4V is read as axes; the pairing is then \`half\`, the
only one that llama.cpp's kernels for several axes have. For every other architecture sections are refused.
`;

/** The page, as it has to be. */
export function modelsPage(): string {
  return INTRODUCTION + HEADER + models.flatMap(rowsOf).join('') + OUTRO;
}

function rowsOf({ model, config, reads }: ModelCase): string[] {
  const text = config.text_config as { model_type?: string } | undefined;
  const type = `\`${text?.model_type ?? String(config.model_type)}\``;
  if (reads instanceof RegExp) return [`| ${model} | ${type} | | | | | refused: ${refusal(config)} | |\n`];
  const { layerTypes, configs } = ropeConfigsFromHuggingFace(config);
  return Object.entries(configs).map(([name, entry]) => {
    const count = layerTypes.filter((layerType) => layerType === name).length;
    const layers = Object.keys(configs).length > 1 ? `${count} ${name}` : String(count);
    return `| ${model} | ${type} | ${layers} | ${entry ? cells(entry) : ' | | | not rotated | '} |\n`;
  });
}

function refusal(config: Readonly<Record<string, unknown>>): string {
  try {
    ropeConfigsFromHuggingFace(config);
  } catch (error) {
    return `\`${(error as Error).message.split(':')[0]}\``;
  }
  throw new Error(`expected ${String(config.model_type)} to be refused`);
}

function cells({ headDim, rotaryDim, theta, pairing, scaling, axes, assumptions }: RopeConfig): string {
  const rule = describe(scaling) + (axes ? `; ${describeAxes(axes)}` : '');
  return [`${headDim}, ${rotaryDim}`, theta, pairing, rule, assumptions.length || ''].join(' | ');
}

/** Pairs of each axis; "interleaved" where they are not one block an axis. */
function describeAxes({ count, pairAxis }: RopeAxes): string {
  const sizes = Array.from({ length: count }, (_, axis) => pairAxis.filter((one) => one === axis).length);
  const inBlocks = pairAxis.every((axis, i) => i === 0 || axis >= pairAxis[i - 1]!);
  return `axes of ${sizes.join(', ')} pairs${inBlocks ? '' : ', interleaved'}`;
}

function describe(scaling: RopeScaling): string {
  const numbers = Object.entries(scaling).filter(([key]) => key !== 'type');
  const shown = numbers.map(([key, value]) => `${key} ${Array.isArray(value) ? `(${value.length})` : value}`);
  return [scaling.type, ...shown].join(', ');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../docs/models.md', import.meta.url), modelsPage());
}
