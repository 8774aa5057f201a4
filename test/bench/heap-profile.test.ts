import { expect, test } from 'vitest';
import { heapHead, heapLines } from '../../bench/heap';
import { type HeapNode, heapShares } from '../../bench/heap-profile';

const node = (functionName: string, url: string, selfSize: number, children: HeapNode[] = []): HeapNode => ({
  callFrame: { functionName, url },
  selfSize,
  children,
});

const page = 'http://127.0.0.1:40000';
const root = node('(root)', '', 1, [
  node('runSteps', `${page}/bench/harness/decode-steps.ts`, 10, [
    node('beginComputePass', '', 20),
    node('encode', `${page}/src/gpu/layer.ts?t=1`, 100, [
      node('some', '', 30),
      node('', `${page}/src/gpu/tensor.ts`, 7),
      node('encode', `${page}/src/gpu/layer.ts?t=1`, 3),
    ]),
  ]),
  node('evaluate', 'puppeteer://script', 5, [node('map', '', 2)]),
]);

test('every byte has an owner; a built-in counts for the function that called it', () => {
  const { bytes } = heapShares(root);
  expect(bytes).toEqual({ 'webgpu-rope': 140, harness: 30, rest: 8 });
});

test('our functions by where they are, the largest first, the same function once', () => {
  expect(heapShares(root).spots).toEqual([
    { where: 'encode (src/gpu/layer.ts)', bytes: 103 },
    { where: 'encode (src/gpu/layer.ts) > some', bytes: 30 },
    { where: '(anonymous) (src/gpu/tensor.ts)', bytes: 7 },
  ]);
});

test('modules of Dawn in Node are told by their paths as well', () => {
  const { bytes } = heapShares(node('encode', 'file:///work/webgpu-rope/src/gpu/layer.ts', 9));
  expect(bytes['webgpu-rope']).toBe(9);
});

test('a case is a line, with the functions that matter below it', () => {
  const lines = heapLines({
    name: 'ids in a buffer',
    dtype: 'f32',
    encodes: 1000,
    oursPerEncode: 20.004,
    inlinedPerEncode: 0.03,
    harnessPerEncode: 2.5,
    restPerEncode: 0.1,
    spots: [
      { where: '#writeIds (src/gpu/buffer-positions.ts)', bytes: 20_000 },
      { where: 'encode (src/gpu/layer.ts)', bytes: 4 },
    ],
  });
  expect(lines).toHaveLength(2);
  expect(lines[0]?.split(/\s{2,}/)).toEqual([
    'ids in a buffer',
    'f32',
    '1000',
    '20.00',
    '0.03',
    '2.50',
    '0.10',
  ]);
  expect(lines[0]?.indexOf('20.00')).toBe(heapHead.indexOf('webgpu-rope') + 'webgpu-rope'.length - 5);
  expect(lines[1]).toBe('  20.00 #writeIds (src/gpu/buffer-positions.ts)');
});
