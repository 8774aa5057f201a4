import { expect, test } from 'vitest';
import { reachableWgsl, shortenedWgsl } from '../../scripts/wgsl-names';
import { minifyWgsl } from '../../scripts/wgsl-text';
import { getDevice } from '../support/gpu';

const shaders = import.meta.glob<string>('../../shaders/*.wgsl', {
  query: '?raw',
  import: 'default',
  eager: true,
});

const errorsOf = async (device: GPUDevice, code: string): Promise<string[]> => {
  const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
  return messages
    .filter(({ type }) => type === 'error')
    .map(({ message, linePos }) => `${linePos}: ${message}`);
};

/** What the build makes of a module, cut to these entry points. */
const shipped = (source: string, entries: readonly string[]): string =>
  minifyWgsl(shortenedWgsl(reachableWgsl(minifyWgsl(source), entries)));

for (const [path, source] of Object.entries(shaders)) {
  const entries = [...source.matchAll(/@compute[^{]*?\bfn\s+(\w+)/g)].map(([, name]) => name as string);
  const file = path.split('/').at(-1);

  test(`${file} compiles as the build ships it: whole, and each entry point alone`, async () => {
    const device = await getDevice();
    expect(entries.length).toBeGreaterThan(0);
    for (const kept of [entries, ...entries.map((entry) => [entry])]) {
      expect(await errorsOf(device, shipped(source, kept)), kept.join()).toEqual([]);
    }
  });
}
