/** How Vite takes in WGSL. */
import type { Plugin } from 'vite';
import { linkedFile, moduleFiles, nativeModules } from './shaders';
import { shortenNames } from './wgsl-names';
import { minifyWgsl } from './wgsl-text';

/**
 * `import wgsl from './x.wgsl?linked'` gives the module with all that it imports, as plain WGSL. It may lie outside of shaders/:
 * its imports lead there all the same. `?linked&native_f16` links what converts f16 by the device's own type.
 * A build leaves comments and blanks out, and shortens names.
 */
export function linkedWgsl(): Plugin {
  let comments = true;
  return {
    name: 'webgpu-rope-wgsl',
    enforce: 'pre',
    configResolved({ command }) {
      comments = command === 'serve';
    },
    async load(id) {
      const [, file, native] = /^(.+\.wgsl)\?linked(&native_f16)?$/.exec(id) ?? [];
      if (file === undefined) return null;
      for (const each of [...moduleFiles(), file]) this.addWatchFile(each);
      const isTwin = nativeModules.some((name) => file.endsWith(`/${name}.wgsl`));
      const linked = await Promise.all(
        (isTwin ? [false, true] : [!!native]).map((each) => linkedFile(file, each)),
      );
      const texts = comments ? linked : shortenNames(linked.map(minifyWgsl));
      const text = texts.at(native ? -1 : 0) as string;
      return native && isTwin
        ? differenceModule(`${file}?linked`, texts[0] as string, text)
        : textModule(text);
    },
  };
}

const textModule = (text: string): string => `export default ${JSON.stringify(text)};`;

/** A module whose text is that of another but for one stretch: a bundle need not hold most of it twice. */
function differenceModule(other: string, plain: string, text: string): string {
  const directive = 'enable f16;';
  const rest = text.replace(directive, '');
  const most = Math.min(plain.length, rest.length);
  let before = 0;
  while (before < most && plain[before] === rest[before]) before++;
  let after = 0;
  while (after < most - before && plain.at(-1 - after) === rest.at(-1 - after)) after++;
  const middle = JSON.stringify(rest.slice(before, rest.length - after));
  return (
    `import plain from ${JSON.stringify(other)};\n` +
    `export default '${directive}' + plain.slice(0, ${before}) + ${middle} + plain.slice(${plain.length - after});`
  );
}
