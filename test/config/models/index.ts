import type { ModelCase } from './case';
import { further } from './further';
import { gemmas } from './gemma';
import { gpts } from './gpt';
import { llamas } from './llama';
import { phis } from './phi';
import { qwens } from './qwen';

export type { ModelCase };

/**
 * Written from the released files, as far as memory goes; LongRoPE's lists are made up. The table in docs/models.md is
 * generated from this list.
 */
export const models: readonly ModelCase[] = [...llamas, ...qwens, ...gemmas, ...phis, ...gpts, ...further];
