import { describe, expect, test } from 'vitest';
import { parseAssembly } from '../../bench/isa/assembly';
import { bytesOf, classOf, countsOf, difference, roundTripsBeforeStore } from '../../bench/isa/counts';
import { parameterLayout, parameterReader } from '../../bench/isa/parameters';
import { pathOf, type WalkOptions } from '../../bench/isa/walk';

/** Parameters by their byte offset. */
type Parameters = Readonly<Record<number, number>>;

/** The texts that an invocation runs, waits and hints left out. */
function ranBy(assembly: string, parameters: Parameters = {}, options: Partial<WalkOptions> = {}): string[] {
  const path = pathOf(parseAssembly(assembly), {
    parameter: (offset) => parameters[offset] ?? 0,
    ...options,
  });
  return path.map(({ text }) => text).filter((text) => !/^s_waitcnt/.test(text));
}

const times = (texts: readonly string[], text: string): number =>
  texts.filter((each) => each === text).length;

/** s8..s11 become the parameters' descriptor, s1 the word at 0x10: heads. */
const opening = `BB0:
	s_movk_i32 s3, 0x8000
	s_load_dwordx4 s[8:11], s[2:3], null                        ; f4080201 fa000000
	s_waitcnt lgkmcnt(0)
	s_buffer_load_dword s1, s[8:11], 0x10
	s_waitcnt lgkmcnt(0)`;

const store = 'buffer_store_dwordx4 v[12:15], v6, s[20:23], 0 offen';

// Lanes leave a loop by masks, as they do for `for (; head < heads; head++)`.
const whileLoop = `${opening}
	v_mov_b32_e32 v1, 0
	s_mov_b64 s[4:5], exec
BB1:
	s_mov_b64 s[12:13], exec
	v_cmpx_le_u32_e32 s1, v1
BB2:
	s_andn2_b64 s[12:13], s[12:13], exec
	s_cbranch_scc0 BB4
BB3:
	s_mov_b64 exec, s[12:13]
	${store}
	v_add_nc_u32_e32 v1, 1, v1
	s_branch BB1
BB4:
	s_mov_b64 exec, s[4:5]
	s_endpgm`;

const doWhileLoop = `${opening}
	s_mov_b32 s7, 0
BB1:
	${store}
	s_add_u32 s7, s7, 1
	s_cmp_ge_u32 s7, s1
	s_cbranch_scc1 BB3
BB2:
	v_mul_f32_e32 v4, v5, v6
	s_branch BB1
BB3:
	s_endpgm`;

describe('loops', () => {
  test.each([0, 1, 2, 5])('test at the top, %i heads: as many bodies, one test more', (heads) => {
    const ran = ranBy(whileLoop, { 16: heads });
    expect(times(ran, store)).toBe(heads);
    expect(times(ran, 'v_cmpx_le_u32_e32 s1, v1')).toBe(heads + 1);
    expect(ran.at(-1)).toBe('s_endpgm');
  });
  test.each([1, 2, 5])('store, leave or load the next, %i heads: one load less than stores', (heads) => {
    const ran = ranBy(doWhileLoop, { 16: heads });
    expect(times(ran, store)).toBe(heads);
    expect(times(ran, 'v_mul_f32_e32 v4, v5, v6')).toBe(heads - 1);
  });
  test('a step is what the second head adds', () => {
    const path = (heads: number) =>
      countsOf(pathOf(parseAssembly(doWhileLoop), { parameter: (offset) => (offset === 0x10 ? heads : 0) }));
    const step = difference(path(2), path(1));
    expect(step).toMatchObject({
      vector: 1,
      scalar: 2,
      branches: 2,
      scalarLoads: 0,
      loads: {},
      stores: { 16: 1 },
    });
    expect(difference(path(7), path(6))).toEqual(step);
  });
  test('one that never ends is an error', () => {
    expect(() => ranBy('BB0:\n\ts_branch BB0')).toThrow(/no end: s_branch BB0 in BB0/);
  });
});

describe('branches', () => {
  const uniform = `${opening}
	s_cmp_eq_i32 s1, 1
	s_cbranch_scc0 BB2
BB1:
	v_mov_b32_e32 v1, 1
	s_branch BB3
BB2:
	v_mov_b32_e32 v1, 2
BB3:
	s_endpgm`;
  test.each([
    [1, 1],
    [0, 2],
    [2, 2],
  ])('on a parameter that is %i', (value, side) => {
    const ran = ranBy(uniform, { 16: value });
    expect(ran).toContain(`v_mov_b32_e32 v1, ${side}`);
    expect(ran).not.toContain(`v_mov_b32_e32 v1, ${3 - side}`);
  });

  // if (0 < heads) { 1 } else { 2 } by masks, as lanes might differ.
  const divergent = `${opening}
	v_mov_b32_e32 v3, 0
	v_cmp_gt_u32_e32 vcc, s1, v3
	s_and_saveexec_b64 s[12:13], vcc
	s_cbranch_execz BB2
BB1:
	v_mov_b32_e32 v1, 1
BB2:
	s_andn2_b64 exec, s[12:13], exec
	s_cbranch_execz BB4
BB3:
	v_mov_b32_e32 v1, 2
BB4:
	s_mov_b64 exec, s[12:13]
	v_cmp_eq_i32_e32 vcc, 1, v1
	s_cbranch_vccz BB6
BB5:
	v_mov_b32_e32 v2, v1
BB6:
	s_endpgm`;
  test('an if of lanes runs one side, and what it writes stays', () => {
    const inside = ranBy(divergent, { 16: 1 });
    expect(inside).toContain('v_mov_b32_e32 v1, 1');
    expect(inside).not.toContain('v_mov_b32_e32 v1, 2');
    expect(inside).toContain('v_mov_b32_e32 v2, v1');
    const outside = ranBy(divergent, { 16: 0 });
    expect(outside).not.toContain('v_mov_b32_e32 v1, 1');
    expect(outside).toContain('v_mov_b32_e32 v1, 2');
    expect(outside).not.toContain('v_mov_b32_e32 v2, v1');
  });

  const onData = `BB0:
	v_sqrt_f32_e32 v1, v0
	v_cmpx_lt_f32_e32 1.0, v1
	s_cbranch_execz BB2
BB1:
	v_mov_b32_e32 v2, 1
BB2:
	s_endpgm`;
  test('on what is not known is an error, or what the caller says', () => {
    expect(() => ranBy(onData)).toThrow(
      'v_cmpx_lt_f32_e32 1.0, v1 in BB0: picks lanes by what the walk does not know',
    );
    expect(ranBy(onData, {}, { unknownLanes: true })).toContain('v_mov_b32_e32 v2, 1');
    expect(ranBy(onData, {}, { unknownLanes: false })).not.toContain('v_mov_b32_e32 v2, 1');
    expect(() => ranBy('BB0:\n\ts_what_b32 s1, s2\n\ts_cbranch_scc0 BB0')).toThrow(
      's_cbranch_scc0 BB0: branches on',
    );
  });
});

describe('what is computed', () => {
  /** Runs lines and tells by a branch whether s1 has become this number. */
  function isIn(register: string, lines: string, value: number): boolean {
    const text = `BB0:\n${lines}\n\tv_readfirstlane_b32 s1, ${register}\n\ts_cmp_eq_u32 s1, ${value}
	s_cbranch_scc0 BB2\nBB1:\n\ts_nop 7\nBB2:\n\ts_endpgm`;
    return ranBy(text).includes('s_nop 7');
  }
  test.each([
    ['v1', '\tv_lshl_add_u32 v1, 3, 4, -1', 47],
    ['v1', '\tv_mov_b32_e32 v2, -7\n\tv_sub_nc_u32_e32 v1, 5, v2', 12],
    [
      'v1',
      '\tv_mov_b32_e32 v2, 0x50003\n\tv_mul_u32_u24_sdwa v1, 7, v2 dst_sel:DWORD src0_sel:DWORD src1_sel:WORD_1',
      35,
    ],
    ['v1', '\tv_mov_b32_e32 v1, 6\n\ts_mov_b64 exec, 0\n\tv_mov_b32_e32 v1, 5\n\ts_mov_b64 exec, -1', 6],
    ['v1', '\tv_dual_mov_b32 v1, 3 :: v_dual_lshlrev_b32 v2, 2, v0', 3],
    ['s5', '\ts_mov_b32 s5, 7\n\ts_cmp_eq_i32 s5, 7\n\ts_addc_u32 s5, s5, 1', 9],
    // s[6:7] is not known: the other side decides.
    ['s4', '\ts_what_b64 s[6:7], s[6:7]\n\ts_and_b64 s[4:5], s[6:7], 0', 0],
    ['s4', '\ts_what_b64 s[6:7], s[6:7]\n\ts_andn2_b64 s[4:5], s[6:7], exec', 0],
    ['s4', '\ts_what_b64 s[6:7], s[6:7]\n\ts_or_b64 s[4:5], exec, s[6:7]', 0xffffffff],
    ['s5', '\ts_movk_i32 s5, 0x8000\n\ts_lshr_b32 s5, s5, 16', 0xffff],
    ['s5', '\ts_mov_b32 s7, 0\n\ts_sub_u32 s4, 0, 1\n\ts_sub_i32 s5, s7, src_scc\n\ts_min_u32 s5, s5, 3', 3],
    ['s5', '\ts_bfm_b32 s5, 1, 15', 0x8000],
    ['s5', '\ts_pack_ll_b32_b16 s5, 0x12345, 1', 0x12345],
    ['s5', '\ts_mov_b32 s5, 3\n\ts_addk_i32 s5, 0xffff', 2],
    // How a compiler divides 1000 by 7: by a float reciprocal, put right twice.
    [
      'v3',
      `	v_mov_b32_e32 v0, 1000
	v_cvt_f32_u32_e32 v1, 7
	v_rcp_f32_e32 v1, v1
	v_mul_f32_e32 v1, 0x4f7ffffe, v1
	v_cvt_u32_f32_e32 v1, v1
	v_mul_hi_u32 v3, v0, v1
	v_mul_lo_u32 v2, v3, 7
	v_sub_nc_u32_e32 v2, v0, v2
	v_add_nc_u32_e32 v4, 1, v3
	v_cmp_le_u32_e32 vcc, 7, v2
	v_cndmask_b32_e32 v3, v3, v4, vcc`,
      142,
    ],
  ])('%s after %j is %i', (register, lines, value) => {
    expect(isIn(register, lines, value)).toBe(true);
    expect(isIn(register, lines, value + 1)).toBe(false);
  });
  test('only the uniform of group 0, binding 0 has parameters; other buffers are zeros', () => {
    const read = (descriptor: string) => `BB0:
	s_movk_i32 s5, 0x8000
	s_mov_b32 s4, ${descriptor}
	s_load_dwordx4 s[8:11], s[4:5], ${descriptor === 's2' ? 'null' : '0x10'}
	s_buffer_load_dwordx2 s[12:13], s[8:11], 0x8
	s_cmp_eq_i32 s13, 9
	s_cbranch_scc0 BB2
BB1:
	s_nop 7
BB2:
	s_endpgm`;
    expect(ranBy(read('s2'), { 12: 9 })).toContain('s_nop 7');
    expect(ranBy(read('s3'), { 12: 9 })).not.toContain('s_nop 7');
  });
});

describe('counts', () => {
  const tripsOf = (...lines: string[]) => {
    const text = `BB0:\n${[...lines, store, 'buffer_load_dword v1, v2, s[0:3], 0 offen', 's_waitcnt vmcnt(0)'].join('\n')}`;
    return roundTripsBeforeStore(parseAssembly(text)[0]?.instructions ?? []);
  };
  const load = 'buffer_load_dwordx4 v[4:7], v2, s[20:23], 0 offen';
  const scalarLoad = 's_load_dwordx4 s[8:11], s[2:3], null';
  test('a load behind a wait is one trip later, loads side by side are one', () => {
    expect(tripsOf()).toEqual({ vector: 0, all: 0 });
    expect(tripsOf(load, load, 's_waitcnt vmcnt(1)', 's_waitcnt vmcnt(0)')).toEqual({ vector: 1, all: 1 });
    expect(tripsOf(load, 's_waitcnt vmcnt(0)', load, 's_waitcnt vmcnt(0)')).toEqual({ vector: 2, all: 2 });
    expect(tripsOf(load, load)).toEqual({ vector: 0, all: 0 });
  });
  test('scalar loads count among all; a wait for them does not end the others', () => {
    const scalar = [scalarLoad, 's_waitcnt lgkmcnt(0)'];
    expect(tripsOf(...scalar, ...scalar, load, 's_waitcnt vmcnt(0)')).toEqual({ vector: 1, all: 3 });
    expect(tripsOf(load, ...scalar, load, 's_waitcnt vmcnt(0)')).toEqual({ vector: 1, all: 2 });
  });
  test('a wait that leaves loads under way has waited for the oldest', () => {
    // The third goes out when the first is there; the second does not delay it.
    expect(tripsOf(load, load, 's_waitcnt vmcnt(1)', load, 's_waitcnt vmcnt(0)')).toEqual({
      vector: 2,
      all: 2,
    });
    expect(tripsOf(load, 's_waitcnt vmcnt(1)', load, 's_waitcnt vmcnt(0)')).toEqual({ vector: 1, all: 1 });
  });
  test('classes and widths, by the names of both generations', () => {
    expect(['buffer_load_b128', 'buffer_store_dwordx2', 'buffer_load_ushort'].map(bytesOf)).toEqual([
      16, 8, 2,
    ]);
    expect(classOf('buffer_atomic_add_u32')).toBe('atomic');
    expect(classOf('s_buffer_load_b64')).toBe('scalar load');
    expect(classOf('s_waitcnt_vscnt')).toBe('wait');
    expect(() => classOf('frobnicate')).toThrow(/got frobnicate/);
    expect(() => bytesOf('buffer_load_what')).toThrow(/got buffer_load_what/);
  });
  test('vector instructions by what they are; two operations in one count once', () => {
    const lines = ['v_rcp_f32_e32 v1, v2', 'v_cvt_f32_u32_e32 v1, v2', 'v_fmaak_f32 v1, s1, v2, 0x3f800000'];
    const dual = 'v_dual_mul_f32 v1, v2, v3 :: v_dual_add_f32 v4, v5, v6';
    const text = `BB0:\n${[...lines, 'v_mul_lo_u32 v1, v2, v3', dual].join('\n')}`;
    const counts = countsOf(parseAssembly(text)[0]?.instructions ?? []);
    expect(counts).toMatchObject({ vector: 5, slow: 2, float: 3, conversion: 1 });
  });
});

describe('parameters', () => {
  const code = `struct Inner { a: u32, b: u32, }
struct Params { @size(32) first: Inner, @align(16) second: Inner, last: u32, }
@group(0) @binding(0) var<uniform> params: Params;
@compute @workgroup_size(1) fn f() { let x = params.last; }`;
  test('fields of structs in structs have their offsets', () => {
    const layout = parameterLayout(code);
    expect([...layout]).toEqual([
      ['first.a', 0],
      ['first.b', 4],
      ['second.a', 32],
      ['second.b', 36],
      ['last', 40],
    ]);
    const read = parameterReader(layout, { 'second.b': 7 });
    expect([read(36), read(40)]).toEqual([7, 0]);
  });
  test('a name that is no field is refused', () => {
    expect(() => parameterReader(parameterLayout(code), { third: 1 })).toThrow(
      /^third: expected a field of params/,
    );
    expect(() => parameterLayout('')).toThrow(/uniform `params`/);
  });
});
