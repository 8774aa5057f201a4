import { describe, expect, test } from 'vitest';
import { isSoftware, nameOfAdapter } from '../../scripts/browsers/adapter';

describe('isSoftware', () => {
  test.each([
    ['SwiftShader', { vendor: 'google', architecture: 'swiftshader' }],
    ['lavapipe, named in the description', { description: 'llvmpipe (LLVM 15.0.6, 256 bits)' }],
    ['lavapipe, named as the device', { vendor: 'mesa', architecture: 'x86', device: 'lavapipe' }],
    ['WARP', { vendor: 'microsoft', device: 'Microsoft Basic Render Driver' }],
    ['WARP by its other name', { description: 'D3D12 WARP' }],
    ['what says so itself', { vendor: 'nvidia', architecture: 'ampere', isFallbackAdapter: true }],
  ])('%s', (_, info) => {
    expect(isSoftware(info)).toBe(true);
  });

  test.each([
    [
      'a GPU',
      { vendor: 'nvidia', architecture: 'ampere', device: '', description: '', isFallbackAdapter: false },
    ],
    ['a name with "warp" in a word', { vendor: 'warpdrive' }],
    ['no words at all', {}],
    ['nothing', undefined],
  ])('not %s', (_, info) => {
    expect(isSoftware(info)).toBe(false);
  });
});

test('nameOfAdapter: vendor and architecture, else device, else description', () => {
  expect(nameOfAdapter({ vendor: 'nvidia', architecture: 'ampere', description: 'NVIDIA A100' })).toBe(
    'nvidia ampere',
  );
  expect(nameOfAdapter({ vendor: 'mesa', architecture: '', device: 'llvmpipe' })).toBe('mesa llvmpipe');
  expect(nameOfAdapter({ vendor: '', architecture: '', description: 'Apple M5' })).toBe('Apple M5');
  expect(nameOfAdapter(undefined)).toBe('an adapter without a name');
});
