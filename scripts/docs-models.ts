// Writes docs/models.md from the table of model types, the golden readings, and the list of models that test/config checks:
// `npx tsx scripts/docs-models.ts`.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ropeConfigsFromHuggingFace } from '../src/config/hugging-face';
import type { RopeConfig } from '../src/config/types';
import { type ModelCase, models } from '../test/config/models';
import { architectureTable, describeAxes, describeScaling, modelTypeTable } from './models-tables';

const INTRODUCTION = `# Which models read correctly

\`ropeConfigFromHuggingFace(configJson)\` and \`ropeConfigsFromHuggingFace(configJson)\` read a config by its \`model_type\`, \`ropeConfigFromGguf\` and
\`ropeConfigsFromGguf\` a header by its \`general.architecture\`. All that is known of either is in one table each, \`src/config/models/\` and
\`src/config/gguf-architectures.ts\`; the tables below are made from them by \`npx tsx scripts/docs-models.ts\`.

- **What the config leaves open** is what its class has, and listed in \`assumptions\` of the result.
- **What is not rotated** is refused by name; layers that are not are null in \`ropeConfigsFromHuggingFace\` and \`ropeConfigsFromGguf\`.
- **A model type that the table does not have** may differ in more than the pairing. It is read as Llama is, and \`assumptions\` says all that
  nobody checked: pairing, direction, width, layers, scheme. \`{ strict: true }\` refuses it; so it does keys that a known class does not read, and
  rows that are from memory.
- **A model whose layers rotate by several rules** needs \`layerType\`; \`ropeConfigsFromHuggingFace\` says which layer follows which.
- **A file of several models** is read by part: \`{ part: 'vision' }\`, \`'audio'\`, \`'thinker'\`, \`'talker'\`, \`'encoder'\`, \`'decoder'\`; by default its
  text. Where there is none, the message names the parts.
- **\`placement: 'last'\`**: the last elements of each head rotate (DeepSeek and its kin). The reading is of that slice alone, \`headDim\` equal to
  \`rotaryDim\`; for heads as they lie in memory say \`{ ...config, headDim: 192 }\`.
- **\`direction: 'reversed'\`**: the angle is minus position times frequency (nanochat).
- **\`norm\`** of \`ropeConfigsFromHuggingFace\` says how Q and K are normed before their rotation, or after it: by head or over all heads, RMS or
  LayerNorm, by the stored weight, 1 + the weight or none, and epsilon. A kernel that norms and rotates in one launch has to know; a norm after the
  rotation cannot go into it.

## Model types

What a config with nothing but its \`model_type\` reads to, so the defaults of the class: rotated width, base, pairing, scheme, axes. "Cases" counts
the golden readings that hold the row: of transformers executed, of released configs, of llama.cpp's graphs read (\`test/golden/\`,
\`test/config/golden-reading.test.ts\`). Besides these, some 200 classes of transformers without rotation are refused by name
(\`src/config/models/others.ts\`).

`;

const RELEASED = `
## Released models

These configs are read by \`test/config/models.test.ts\`. They are written from memory of the released files, with only the keys that matter for
shape and rotation; LongRoPE's lists are invented. A model whose layers rotate by several rules has a row for each. "Assumes" counts the entries
of \`assumptions\`.

`;

const HEADER = `| model | \`model_type\` | layers | head, rotary | theta | pairing | scaling | assumes |
|---|---|---|---|---|---|---|---|
`;

const OUTRO = `
Axes are time, height and width; [positions.md](positions.md) says how to build their positions. ERNIE 4.5 VL lists its sections as
height, width, time; HunYuan-VL has four axes. Axes of vision towers are row, then column; Llama 4's are column, then row, both counted
from 1, and DINOv3's are coordinates from -1 to 1.

Scaling that is not part of the rotation is left to the caller: DeepSeek's correction of the softmax scale by
\`mscale_all_dim\`, Llama 4's temperature tuning, Ministral 3's \`llama_4_scaling_beta\`.

## GGUF

\`ropeConfigFromGguf(metadata, { tensors })\` pairs as llama.cpp does for \`general.architecture\`, which is not always how
the Hugging Face checkpoint pairs: converters permute the weights of Llama, so its GGUF is \`interleaved\`. Pass
\`rope_freqs.weight\` (Llama 3.1 and later, Gemma 4), \`rope_factors_long.weight\` and \`rope_factors_short.weight\` (Phi-3,
Phi-4 mini) as float32 values; without \`tensors\` the result assumes there are none, and says so.

\`rope.dimension_sections\` is read as axes where the architecture has them; the pairing is then \`half\`, the only one that llama.cpp's kernels for
several axes have. For every other architecture sections are refused. Facts are from llama.cpp b10256.

`;

/** The page, as it has to be. */
export function modelsPage(): string {
  const released = HEADER + models.flatMap(rowsOf).join('');
  return INTRODUCTION + modelTypeTable() + RELEASED + released + OUTRO + architectureTable();
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
  const rule = describeScaling(scaling) + (axes ? `; ${describeAxes(axes)}` : '');
  return [`${headDim}, ${rotaryDim}`, theta, pairing, rule, assumptions.length || ''].join(' | ');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../docs/models.md', import.meta.url), modelsPage());
}
