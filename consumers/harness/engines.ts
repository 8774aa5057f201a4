/** Engines whose tensors the package rotates, each in a page of its own: `engines/NAME/check.js`. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Consumer, cannot, type Finding } from './consumer';
import { writeDecoder } from './decoder';
import { writeProjections } from './models';
import { onTheAdapter, packages } from './shares';
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
    ...(await onTheAdapter(workshop)),
  };
}

/** What docs/adapters.md says of it: nothing that it declares gives or takes what the package works on. */
async function webLlm(): Promise<Finding> {
  const folder = join(consumersFolder, 'node_modules/@mlc-ai/web-llm/lib');
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.d.ts'));
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  const gpu = texts.flatMap((text) => text.match(/\bGPU(?:Device|Buffer|Adapter)\b/g) ?? []);
  if (files.length === 0 || gpu.length > 0)
    throw new Error(
      `declarations: expected some, without a GPUDevice or GPUBuffer, got ${files.length} with ${gpu}`,
    );
  return { [cannot]: 'its declarations have neither device nor buffer' };
}

/** Engines whose check is one page. */
async function onePage(workshop: Workshop, engine: string): Promise<Finding> {
  const { open } = await pagesOf(workshop, engine);
  const { share, padding } = await open<{ share: number; padding?: number }>('');
  const padded = padding === undefined ? {} : { 'bytes of padding': padding };
  return { error: digits(share), ...padded, ...(await onTheAdapter(workshop)) };
}

/** How far logits are from those before keys were moved, as a share of the largest. */
interface Moved {
  readonly far: number;
  /** Without the move. */
  readonly stale: number;
}

async function transformers(workshop: Workshop): Promise<Finding> {
  const { out, open } = await pagesOf(workshop, 'transformers.js');
  await writeDecoder(join(out, 'models/tiny'), workshop.seed);
  const [ours, theirs] = [await open<Moved>('ours'), await open<Moved>('theirs')];
  return {
    'logits differ by': digits(Math.max(ours.far, theirs.far)),
    'without rerotate by': digits(Math.min(ours.stale, theirs.stale)),
    ...(await onTheAdapter(workshop)),
  };
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
    name: 'transformers.js',
    group: 'engines',
    packages: ['@huggingface/transformers'],
    check: transformers,
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
  { name: 'web-llm', group: 'engines', packages: ['@mlc-ai/web-llm'], check: webLlm },
];
