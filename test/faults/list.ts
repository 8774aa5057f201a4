/** Faults that the suite has to notice, and the tests that do (`npm run test:faults`). */
export interface Fault {
  readonly file: string;
  /** What it stands for. */
  readonly note: string;
  /** Text that occurs once in the file, and what is put in its place. */
  readonly find: string;
  readonly put: string;
  /** Files or folders of tests, one of which turns red. */
  readonly tests: readonly string[];
}

type Row = readonly [note: string, find: string, put: string, ...tests: string[]];

const of = (file: string, rows: readonly Row[]): Fault[] =>
  rows.map(([note, find, put, ...tests]) => ({ file, note, find, put, tests }));

const schemes = 'test/frequencies';
const gpu = (name: string): string => `test/gpu/${name}.test.ts`;

// Not here, as nobody can notice them: `undo` of the present state in place of the older one's (the attention factor of a rope is that of
// its config, whatever the length), a state of another capacity (those of equal frequencies
// and room have equal capacities), and units of V counted as rotated (V does not rotate, and all its runs are walked either way).
export const faults: readonly Fault[] = [
  ...of('src/frequencies/default.ts', [
    ['exponent by one pair less', '(-2 * i) / rotaryDim)', '(-2 * i) / (rotaryDim - 2 || 2))', schemes],
  ]),
  ...of('src/frequencies/divisors.ts', [
    ['multiplies', 'frequency / divisors', 'frequency * divisors', schemes],
  ]),
  ...of('src/frequencies/dynamic.ts', [
    ['below the original length', 'Math.max(sequenceLength, originalPositions)', 'sequenceLength', schemes],
    [
      'factor not less 1',
      '(factor * length) / originalPositions - (factor - 1)',
      '(factor * length) / originalPositions - factor',
      schemes,
    ],
  ]),
  ...of('src/frequencies/linear.ts', [['multiplies', 'frequency / factor', 'frequency * factor', schemes]]),
  ...of('src/frequencies/llama3.ts', [
    ['long wavelengths stay', 'return frequency / factor;', 'return frequency;', schemes],
    ['an empty band', 'if (lowFreqFactor === highFreqFactor) return frequency;', '', schemes],
  ]),
  ...of('src/frequencies/longrope.ts', [
    ['one token early', 'sequenceLength > scaling', 'sequenceLength >= scaling', schemes],
    ['attention factor without ln', 'Math.log(factor) / Math.log', 'factor / Math.log', schemes],
  ]),
  ...of('src/frequencies/ntk.ts', [
    ['exponent', 'theta * factor ** (rotaryDim / (rotaryDim - 2));\n', 'theta * factor;\n', schemes],
  ]),
  ...of('src/frequencies/proportional.ts', [['rounds for floor', 'Math.floor(', 'Math.round(', schemes]]),
  ...of('src/frequencies/yarn.ts', [
    ['a degenerate ramp', 'if (low === high) high += 0.001;', '', schemes],
    [
      'ramp not clamped',
      'Math.min(Math.max((i - low) / (high - low), 0), 1)',
      '(i - low) / (high - low)',
      schemes,
    ],
    ['the upper end', 'rotaryDim - 1)', 'rotaryDim / 2 - 1)', schemes],
    ['one mscale is enough', 'mscale && mscaleAllDim ?', 'mscale ?', schemes],
  ]),
  ...of('src/tables/tables.ts', [
    [
      'attention factor in both digits',
      '{ inverseFrequencies, attentionFactor: 1 }',
      'frequencies',
      gpu('golden'),
    ],
    [
      'a row too few',
      'Math.ceil(capacity / low);\n  const data',
      'Math.floor(capacity / low);\n  const data',
      gpu('positions'),
    ],
    ['sines of the wrong column', 'sinAt + i * every', 'i * every', gpu('caches')],
  ]),
  ...of('src/rope/rerotate.ts', [
    [
      'origin by the present table',
      'core.origin.expect(state.table',
      'core.origin.expect(core.state.table',
      gpu('state-layouts'),
    ],
    ['delta the wrong way', 'core.to.shiftIds(delta)', 'core.to.shiftIds(-delta)', gpu('rerotate')],
    ['a delta past the end', 'start + tokens > capacity', 'start > capacity', gpu('state-layouts')],
  ]),
  ...of('src/rope/updates.ts', [
    ['a state of another length', '&& areEqual(state.frequencies, frequencies)', '', gpu('state-layouts')],
  ]),
  ...of('src/kernel/position-buffers.ts', [
    ['remembered groups ignore from', ' && last.fromIds === fromIds', '', gpu('position-buffers')],
    ['remembered groups ignore offsets', ' && last.offsets === offsets', '', gpu('position-buffers')],
    ['two bits a pair', '(axis << ((pair & 15) * 2))', '(axis << (pair & 15))', gpu('position-axes')],
  ]),
  ...of('src/kernel/windows.ts', [
    [
      'a window ends 256 too far',
      'end <= window.begin + this.#span',
      'end <= window.begin + this.#span + 256',
      gpu('small-bindings'),
    ],
    [
      'free windows begin anywhere',
      'this.#freeWindow(alignDown(begin))',
      'this.#freeWindow(begin)',
      gpu('small-bindings'),
    ],
  ]),
  ...of('src/kernel/source-writer.ts', [
    [
      'a buffer one word short',
      'if (needed > buffer.size)',
      'if (needed > buffer.size + 4)',
      gpu('position-buffers'),
    ],
    ['axes not counted', '(axes * rows - 1) * row', '(rows - 1) * row', gpu('position-buffers')],
    [
      'a start one past the end',
      'first + count > this.#capacity',
      'first + count > this.#capacity + 1',
      gpu('errors'),
    ],
  ]),
  ...of('src/kernel/kernel.ts', [
    [
      'first sequence dropped',
      'words[grid.first_sequence] = spread.firstSequence;',
      '',
      gpu('small-bindings'),
    ],
    ['first token dropped', 'words[grid.first_token] = spread.firstToken;', '', gpu('small-bindings')],
  ]),
  ...of('src/rope/layer.ts', [
    [
      'bad positions counted by each launch',
      'spread.counts = box.at[2] === 0 && (view === this.#q || this.#q === null);',
      'spread.counts = true;',
      gpu('small-bindings'),
    ],
    ['inverse ignored', "inverse ? 'unrotate' : 'rotate'", "'rotate'", gpu('unrotate')],
  ]),
  ...of('src/bias/layer.ts', [
    [
      'first head of a split dropped',
      'words[at.first_head] = first[0];',
      'words[at.first_head] = 0;',
      gpu('small-bindings'),
    ],
    [
      'first query of a split dropped',
      'spread.firstToken = first[1];',
      'spread.firstToken = 0;',
      gpu('small-bindings'),
    ],
    [
      'bad positions counted by each split head',
      'spread.counts = first[0] === 0;',
      'spread.counts = true;',
      gpu('small-bindings'),
    ],
  ]),
  ...of('src/biases/bias.ts', [
    [
      'slopes of the slice’s own count',
      'alibiSlopes(totalHeads, { maxBias }).subarray(firstHead, firstHead + heads)',
      'alibiSlopes(heads, { maxBias })',
      'test/biases',
    ],
  ]),
  ...of('src/positions/mrope-sequence.ts', [
    [
      'after a video by its times',
      "rules === 'transformers' ? start + Math.max(height, width) : ending + 1",
      'ending + 1',
      'test/positions',
    ],
    ['marks do not share', '[begin - 1, end + 1]', '[]', 'test/positions'],
  ]),
  ...of('src/positions/join.ts', [
    ['no shift', 'place(axis, token) + shift', 'place(axis, token)', 'test/positions'],
  ]),
  ...of('src/config/axes.ts', [
    ['interleaved by two', 'pair < 3 * checked[pair % 3]!', 'pair < 2 * checked[pair % 3]!', 'test/config'],
  ]),
  ...of('shaders/lib/float16.wgsl', [
    [
      'a NaN becomes Inf',
      'magnitude > vec4u(0x7f800000u)',
      'magnitude > vec4u(0x7fffffffu)',
      gpu('rounding'),
    ],
    ['bf16 ties not to even', '+ vec4u(0x7fffu) + even', '+ vec4u(0x8000u)', gpu('rounding')],
    ['f16 past its range', 'vec4u(0x7c00u));\n', 'vec4u(0x7bffu));\n', gpu('rounding')],
  ]),
  ...of('shaders/bindings/positions.wgsl', [
    ['pair_axis[0] for every pair', 'pair_axis[pair / 64u]', 'pair_axis[0u]', gpu('many-pairs')],
    ['padding counted', '&& !has_padding(position)', '', gpu('positions')],
    [
      'a token in no sequence',
      'token < first || token >= ids[source.offset + low + 1u]',
      'token < first',
      gpu('positions'),
    ],
  ]),
  ...of('shaders/lib/positions.wgsl', [
    ['the upper half of an id', '(!is_wide || high == 0u)', 'true', gpu('positions')],
    ['rows for columns', 'frame, row - frame * source.height', 'frame, row', gpu('many-pairs')],
  ]),
  ...of('shaders/lib/digits.wgsl', [
    ['the sign of a product', 'a.xy * b.xy - a.zw * b.zw', 'a.xy * b.xy + a.zw * b.zw', gpu('lib/digits')],
  ]),
  ...of('shaders/lib/rotate.wgsl', [
    ['both elements of a pair', 'pair + vec2u(0u, pairs)', 'pair + vec2u(0u, 1u)', gpu('lib/rotate')],
  ]),
  ...of('shaders/bias.wgsl', [
    [
      'keys after the query of a decoder',
      'if (is_ahead && params.ahead == 0u)',
      'if (is_ahead && params.ahead == 9u)',
      gpu('bias'),
    ],
    ['linear past the query', 'select(apart, query - key, params.ahead == 1u)', 'apart', gpu('bias')],
  ]),
  ...of('shaders/additive.wgsl', [
    [
      'sine for cosine',
      'select(cos_sin.y, cos_sin.x, is_cosine)',
      'select(cos_sin.x, cos_sin.y, is_cosine)',
      gpu('additive'),
    ],
  ]),
  ...of('shaders/lib/turns.wgsl', [
    ['a carry lost', 'let carry = u32(second < b);', 'let carry = 0u;', gpu('lib/turns')],
    ['turns the other way round', 'frequency.is_negative == 1u', 'false', gpu('lib/turns')],
  ]),
  ...of('shaders/token-table.wgsl', [
    [
      'a shift left out of floats',
      'Point(shift, part, min(behind, 149u), is_negative)',
      'Point(0, part, min(behind, 149u), is_negative)',
      gpu('token-table'),
    ],
    [
      'padding of signed ids',
      'select(is_minus_one, is_lowest, is_signed)',
      'is_minus_one',
      gpu('token-table'),
    ],
    ['ids below 0 without a sign', ' || (!is_signed && sign != 0u)', '', gpu('token-table')],
    [
      'the first part for all',
      'return read_part(begin + low * 8u);',
      'return read_part(begin);',
      gpu('token-table'),
    ],
    [
      'bad positions of padding counted',
      'if (is_bad && !is_padding && is_counting) {',
      'if (is_bad && is_counting) {',
      gpu('token-table'),
    ],
    [
      'the first axis for all',
      'place_of(token, sequence, axis_of(pair)).point',
      'place_of(token, sequence, 0u).point',
      gpu('token-table'),
    ],
  ]),
  ...of('src/tables/turns.ts', [
    [
      'frequencies cut, not rounded up a bit',
      'turnBits - 64n',
      'turnBits - 63n',
      'test/tables/tables.test.ts',
    ],
  ]),
  ...of('src/tables/fope.ts', [
    [
      'coefficients transposed',
      '(head * length + i) * length + pair',
      '(head * length + pair) * length + i',
      'test/frequencies/fope.test.ts',
    ],
  ]),
  ...of('shaders/lib/norm.wgsl', [
    ['no epsilon', 'sum * norm.share + norm.epsilon', 'sum * norm.share', gpu('lib/norm')],
  ]),
  ...of('shaders/lib/rows.wgsl', [
    [
      'a ring keeps one more',
      'tokens - token > rows.capacity',
      'tokens - token > rows.capacity + 1u',
      gpu('qkv-rows'),
    ],
    ['a page past the table', 'row / rows.page < rows.sequence_stride && ', '', gpu('qkv-step')],
  ]),
  ...of('shaders/qkv/token.wgsl', [
    ['bad rows not counted', '      count_bad(2u);', '', gpu('qkv-step')],
    [
      'K of a token without a row',
      'taken.has_row || (part.comes_from_row | part.goes_to_row) == 0u',
      'true',
      gpu('qkv-rows'),
    ],
    ['a step past its tokens', 'tokens = min(given, tokens);', 'tokens = given;', gpu('qkv-step')],
  ]),
  ...of('shaders/qkv/chunks.wgsl', [
    ['one plus a weight', 'weights.even += norm.plus;', '', gpu('qkv')],
    ['a sum of three runs', 'run += 4u * TEAM;', 'run += 5u * TEAM;', gpu('qkv')],
  ]),
  ...of('src/qkv/kept-words.ts', [
    [
      'what is kept is always fresh',
      'return this.#version === version;',
      'return this.#version > 0;',
      gpu('qkv-reuse'),
    ],
  ]),
  ...of('src/qkv/layer.ts', [
    ['placed by tokens alone', '&& this.#placedBatch === batch', '', gpu('qkv-reuse')],
    ['tensors over each other', 'if (!isApart(view, other))', 'if (false)', gpu('qkv-errors')],
  ]),
  ...of('src/qkv/stretches.ts', [
    [
      'counters bind nothing',
      'const counters = 1;',
      'const counters = 0;',
      'test/qkv/stretches.test.ts',
      'test/qkv/norm.test.ts',
    ],
  ]),
  ...of('src/qkv/spread.ts', [
    ['room for too few sums', 'const mostSums = 256;', 'const mostSums = 512;', 'test/qkv/spread.test.ts'],
  ]),
];
