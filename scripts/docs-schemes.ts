// Draws the pictures of docs/schemes from numbers that this package computes: `npx tsx scripts/docs-schemes.ts`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { alibi, binary, integer, learned, sinusoidal, t5 } from './schemes/additive';
import { extension, extensionNames, overview, proportional } from './schemes/extensions';
import { axialPicture, rope, ropePairing, xpos } from './schemes/rotary';
import { fope, wavelet } from './schemes/signals';

/** What draws each file of docs/schemes. */
export const schemePictures: ReadonlyMap<string, () => string> = new Map([
  ['learned.svg', learned],
  ['sinusoidal.svg', sinusoidal],
  ['binary.svg', binary],
  ['integer.svg', integer],
  ['alibi.svg', alibi],
  ['t5.svg', t5],
  ['rope.svg', rope],
  ['rope-pairing.svg', ropePairing],
  ['axial.svg', axialPicture],
  ['xpos.svg', xpos],
  ['fope.svg', fope],
  ['wavelet.svg', wavelet],
  ['overview.svg', overview],
  ...extensionNames.map((name) => [`${name}.svg`, () => extension(name)] as const),
  ['proportional.svg', proportional],
]);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = new URL('../docs/schemes/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  for (const [name, draw] of schemePictures) writeFileSync(new URL(name, folder), draw());
}
