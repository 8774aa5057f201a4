/** Engines whose tensors the package rotates, each in a page of its own: `engines/NAME/check.js`. */
import { join } from 'node:path';
import type { Consumer, Finding } from './consumer';
import { writeProjections } from './models';
import { packages } from './shares';
import { consumersFolder, type Workshop } from './workshop';

/** Bundles a check once; each case of it gets a page. */
async function pagesOf(workshop: Workshop, engine: string) {
  const out = await workshop.folder(engine);
  await workshop.node('engines/build.js', [`engines/${engine}/check.js`, out]);
  const app = join(consumersFolder, 'app');
  return {
    out,
    open: <T>(name: string) =>
      workshop.outcome<T>({ folders: [['/', out], ['/', app], packages], query: { case: name } }),
  };
}

const digits = (value: number): number => Number(value.toPrecision(2));

interface Between {
  /** Of the rotated tensor, as a share of what is allowed. */
  readonly share: number;
  /** Of what comes out, as a share of its largest element. */
  readonly far: number;
  /** Bytes of the buffer behind the tensor. */
  readonly padding: number;
}

async function onnxRuntime(workshop: Workshop): Promise<Finding> {
  const { out, open } = await pagesOf(workshop, 'onnxruntime-web');
  await writeProjections(join(out, 'models'), workshop.seed);
  const ours = await open<Between>('ours');
  const theirs = await open<Between>('theirs');
  const capture = await open<Between>('capture');
  // What docs/adapters.md warns of: a version that no longer does so makes a warning to take out.
  const { isOurs, refused } = await open<{ isOurs: boolean; refused: string }>('setter');
  if (isOurs)
    throw new Error(`the setter of the device: expected it to be ignored, got our device ${refused}`);
  const { isUnrotated } = await open<{ isUnrotated: boolean }>('unawaited');
  if (!isUnrotated) throw new Error('a rotation before the run is awaited: expected it to be lost');
  return {
    error: digits(Math.max(ours.share, theirs.share, capture.share)),
    'beside its own RotaryEmbedding': digits(Math.max(ours.far, theirs.far)),
    'bytes of padding': Math.max(ours.padding, theirs.padding),
  };
}

/** Engines whose check is one page. */
async function onePage(workshop: Workshop, engine: string): Promise<Finding> {
  const { open } = await pagesOf(workshop, engine);
  const { share, padding } = await open<{ share: number; padding?: number }>('');
  return { error: digits(share), ...(padding === undefined ? {} : { 'bytes of padding': padding }) };
}

export const engines: readonly Consumer[] = [
  {
    name: 'onnxruntime-web',
    group: 'engines',
    packages: ['onnxruntime-web'],
    everyChange: true,
    check: onnxRuntime,
  },
  {
    name: 'TensorFlow.js',
    group: 'engines',
    packages: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-webgpu'],
    check: (workshop) => onePage(workshop, 'tensorflow.js'),
  },
  {
    name: 'TypeGPU',
    group: 'engines',
    packages: ['typegpu'],
    check: (workshop) => onePage(workshop, 'typegpu'),
  },
  {
    name: 'jax-js',
    group: 'engines',
    packages: ['@jax-js/jax'],
    check: (workshop) => onePage(workshop, 'jax-js'),
  },
];
