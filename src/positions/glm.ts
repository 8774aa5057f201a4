import { checkInteger, checkKeys, wrongType } from '../errors';

/** Sequences of a GLM. See {@link glmPositions}. */
export interface GlmSequences {
  /** Tokens of each sequence. */
  readonly tokens: number;
  readonly sequences: readonly {
    /** Tokens of the context, up to the start of what is generated (ChatGLM-6B: where its `bos` token is). */
    readonly context: number;
    /** Where in the context the mask stands that is filled in (`[gMASK]` or `[MASK]`). */
    readonly mask: number;
  }[];
}

const sequenceKeys = ['context', 'mask'];
const mostTokens = 2 ** 24;

/**
 * Positions of GLM and ChatGLM-6B (not its successors), two a token: the token's own in the context and that of the mask after it; then 0
 * in the context and 1, 2, 3, … after it. Du et al. 2022, arXiv:2103.10360, section 2.1; ChatGLM-6B's `get_position_ids`.
 *
 * Each position rotates one half of a head, and pairs lie within their half: docs/positions.md says how to bind that.
 *
 * @returns `[2, batch, tokens]`
 * @throws {TypeError | RangeError} no list of sequences, a context of more than `tokens`, a mask outside of its context
 */
export function glmPositions(prompts: GlmSequences): Int32Array<ArrayBuffer> {
  checkKeys('prompts', prompts, ['tokens', 'sequences']);
  const { sequences } = prompts;
  const tokens = checkInteger('tokens', prompts.tokens, 1, mostTokens);
  if (!Array.isArray(sequences) || sequences.length === 0)
    throw wrongType('sequences', 'an array of { context, mask }', sequences);
  const positions = new Int32Array(2 * sequences.length * tokens);
  for (const [sequence, given] of sequences.entries()) {
    const name = `sequences[${sequence}]`;
    checkKeys(name, given, sequenceKeys);
    const context = checkInteger(`${name}.context`, given.context, 1, { most: tokens, unit: ' (tokens)' });
    const mask = checkInteger(`${name}.mask`, given.mask, 0, { most: context - 1, unit: ' (context)' });
    for (let token = 0; token < tokens; token++) {
      const at = sequence * tokens + token;
      positions[at] = token < context ? token : mask;
      positions[sequences.length * tokens + at] = Math.max(0, token - context + 1);
    }
  }
  return positions;
}
