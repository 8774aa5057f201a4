/** Calls of the qkv kernels: packed QKV of a Llama or a Qwen3, K and V going to caches of their own. */
import type { Bindings, RoleName } from '../../src/qkv/stretches';
import { variantOf, type Way } from '../../src/qkv/variant';
import type { ParameterValues } from './parameters';
import type { Shape } from './shape';

/** Where each variable lies: Q, K and V in one buffer. */
const places: readonly (readonly [variable: RoleName, buffer: number])[] = [
  ['q', 0],
  ['k', 0],
  ['v', 0],
  ['k_cache', 1],
  ['v_cache', 2],
];
const weightPlaces: typeof places = [
  ['q_weight', 3],
  ['k_weight', 4],
];

/** What variantOf asks of bindings; there are no buffers here. */
function bindingsOf(isNormed: boolean): Bindings {
  const all = isNormed ? [...places, ...weightPlaces] : places;
  const roles = all.map(([variable]) => ({ variable }));
  const stretches = [0, 1, 2, ...(isNormed ? [3, 4] : [])].map((buffer) => ({ isWritten: buffer < 3 }));
  return { roles, stretches, of: all.map(([, buffer]) => buffer) } as unknown as Bindings;
}

/** The module as the host compiles it for this call. */
function codeFor(way: Way, isNormed: boolean): (linked: string) => string {
  const reads = { ids: false, offsets: false, rows: false, step: false };
  return (linked) => variantOf(linked, { way, bindings: bindingsOf(isNormed), reads });
}

/** 8 lanes a head of 128 elements, so that a workgroup of 64 takes 8 heads at a time; as src/qkv/spread.ts has it on a GPU. */
const lanes = 8;
const team = 8;

const common: ParameterValues = {
  'to.table.low_bits': 10,
  'to.table.high_rows': 2 ** 15,
  'to.table.row': 32,
  'to.table.capacity': 2 ** 20,
  'rows.kind': 1,
  'rows.capacity': 8192,
  'tokens.by': 1,
  launch_rows: 1,
  most_tokens: 1,
  height: 1,
};

const headOf = (size: number, units: number): ParameterValues => ({
  'q.size': size,
  'q.units': units,
  'q.origin.head': size,
  'q.to.head': size,
});

/** Of each head, with weights (shaders/lib/norm.wgsl). */
const weightedHead = 1 + 4;

/** Both ways through heads, with a norm of each head and without. */
export const qkvShapes: readonly Shape[] = [true, false].flatMap((isNormed): Shape[] => {
  const shape = (way: Way) => ({
    kernel: `qkv_${way}`,
    module: 'qkv',
    variant: isNormed ? 'norm per head' : '',
    text: codeFor(way, isNormed),
  });
  const norm = isNormed ? weightedHead : 0;
  const constants = { Q_NORM: norm, K_NORM: norm, V_NORM: 0, ROTATES: 1 };
  return [
    {
      ...shape('chunks'),
      pairings: ['half', 'interleaved'],
      constants: { ...constants, WHOLE: 1, TEAM: isNormed ? team : 1, SUMS: isNormed ? 256 : 1 },
      parameters: {
        ...common,
        ...headOf(16, lanes),
        heads_of_group: 64,
        rotated_units: 8,
        lanes_of_head: lanes,
        lanes_near: 2 ** 20 / lanes,
      },
      steps: ['q.heads', 64 / lanes, 'head'],
    },
    {
      ...shape('words'),
      constants,
      parameters: {
        ...common,
        ...headOf(128, 1),
        heads_of_group: 64,
        rotated_units: 64,
        lanes_of_head: 1,
        lanes_near: 2 ** 20,
      },
      steps: ['q.heads', 1, 'head'],
    },
  ];
});
