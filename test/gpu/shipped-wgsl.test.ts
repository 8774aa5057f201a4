import { expect, test } from 'vitest';
import { shortenNames } from '../../scripts/wgsl-names';
import { minifyWgsl } from '../../scripts/wgsl-text';
import { getDevice } from '../support/gpu';

const modules = import.meta.glob<string>('../../shaders/*.wgsl', {
  query: '?linked',
  import: 'default',
  eager: true,
});

const errorsOf = async (device: GPUDevice, code: string): Promise<string[]> => {
  const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
  return messages
    .filter(({ type }) => type === 'error')
    .map(({ message, linePos }) => `${linePos}: ${message}`);
};

for (const [path, linked] of Object.entries(modules)) {
  const file = path.split('/').at(-1);

  test(`${file} compiles as it is shipped, with its comments and without, with short names`, async () => {
    const device = await getDevice();
    expect(linked).not.toMatch(/^import/m);
    expect(await errorsOf(device, linked)).toEqual([]);
    expect(await errorsOf(device, minifyWgsl(linked))).toEqual([]);
    expect(await errorsOf(device, shortenNames([minifyWgsl(linked)])[0] as string)).toEqual([]);
  });
}
