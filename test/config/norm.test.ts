import { describe, expect, it } from 'vitest';
import { ropeConfigsFromHuggingFace } from '../../src/config/hugging-face';
import type { QkNorm } from '../../src/config/types';
import type { Fragment } from './support';

const sizes = { num_hidden_layers: 4, hidden_size: 1024, num_attention_heads: 8, rms_norm_eps: 1e-6 };
const normOf = (model_type: string, extra: Fragment = {}) =>
  ropeConfigsFromHuggingFace({ ...sizes, model_type, ...extra }).norm;
const plain: QkNorm = { type: 'rms', over: 'head', weight: 'plain', order: 'before', epsilon: 1e-6 };

describe('how Q and K are normed', () => {
  it.each<[string, Fragment, QkNorm | null | undefined]>([
    ['qwen3', {}, plain],
    ['qwen3', { rms_norm_eps: undefined }, { ...plain, epsilon: null }],
    ['gemma3_text', {}, { ...plain, weight: 'one-plus' }],
    ['qwen3_next', {}, { ...plain, weight: 'one-plus' }],
    ['olmo2', {}, { ...plain, over: 'all-heads' }],
    ['minimax_m2', {}, { ...plain, over: 'all-heads' }],
    ['hunyuan_v1_dense', {}, { ...plain, order: 'after' }],
    ['nanochat', {}, { ...plain, weight: 'none', order: 'after' }],
    ['llama4_text', {}, { ...plain, weight: 'none', order: 'after' }],
    ['llama4_text', { use_qk_norm: false }, null],
    ['glm4_moe', { use_qk_norm: true }, plain],
    ['glm4_moe', {}, null],
    ['cohere', { use_qk_norm: true }, { ...plain, type: 'layer' }],
    ['lfm2', { rms_norm_eps: undefined, norm_eps: 1e-5 }, { ...plain, epsilon: 1e-5 }],
    ['llama', {}, null],
    ['brand_new', {}, undefined],
  ])('%s, %j', (type, extra, norm) => expect(normOf(type, extra)).toEqual(norm));
});
