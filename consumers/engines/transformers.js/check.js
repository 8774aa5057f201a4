// Attention depends on distances: keys moved by some positions, and the next token as well, give the logits of before.
import { AutoModelForCausalLM, DynamicCache, env, Tensor } from '@huggingface/transformers';
import { createRope, requestRopeDevice, ropeConfigFromHuggingFace } from 'webgpu-rope';
import { numbersOf } from '../../app/rotate.js';
import { report } from '../report.js';
import { moveKeys, onDevice } from './adapter.js';

env.allowRemoteModels = false;
env.allowLocalModels = true;
env.localModelPath = '/models/';
env.useBrowserCache = false;
const ort = '/node_modules/@huggingface/transformers/node_modules/onnxruntime-web/dist/';
env.backends.onnx.wasm.wasmPaths = ort;
env.backends.onnx.wasm.numThreads = 1;

const [prompt, delta] = [9, -6];

const integers = (values) => new Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);

report(async (seed, which) => {
  const ours = which === 'ours' ? await requestRopeDevice() : undefined;
  const model = await AutoModelForCausalLM.from_pretrained('tiny', { dtype: 'fp32', ...onDevice(ours) });
  const device = ours ?? (await env.backends.onnx.webgpu.device);
  const { vocab_size, num_hidden_layers } = model.config;
  const config = ropeConfigFromHuggingFace(await (await fetch('/models/tiny/config.json')).json());
  const rope = await createRope(device, config, { dtypes: ['f32'] });
  await rope.prepare({ rerotate: true });
  const tokens = [...numbersOf(seed, prompt + 1)].map((value) => Math.floor(((value + 1) / 2) * vocab_size));

  const prefill = async (positions) => {
    const feeds = { input_ids: integers(tokens.slice(0, prompt)), position_ids: integers(positions) };
    const outputs = await model({ ...feeds, attention_mask: integers(positions.map(() => 1)) });
    const entries = Object.entries(outputs).filter(([name]) => name.startsWith('present'));
    return new DynamicCache(
      Object.fromEntries(
        entries.map(([name, tensor]) => [name.replace('present', 'past_key_values'), tensor]),
      ),
    );
  };
  const next = async (cache, position) => {
    const feeds = { input_ids: integers([tokens[prompt]]), position_ids: integers([position]) };
    const mask = integers(Array.from({ length: prompt + 1 }, () => 1));
    const { logits } = await model({ ...feeds, attention_mask: mask, past_key_values: cache });
    return Float32Array.from(logits.data);
  };
  const from = 40;
  const positions = Array.from({ length: prompt }, (_, i) => from + i);
  const cache = await prefill(positions);
  const key = cache['past_key_values.0.key'];
  if (key.location !== 'gpu-buffer') throw new Error(`keys: expected them on the GPU, got ${key.location}`);
  const expected = await next(cache, from + prompt);
  const stale = await next(cache, from + prompt + delta);
  moveKeys(device, rope, cache, { start: from, delta });
  const moved = await next(cache, from + prompt + delta);

  const far = (got) => {
    const largest = Math.max(...expected.map(Math.abs));
    return Math.max(...expected.map((value, i) => Math.abs(got[i] - value))) / largest;
  };
  // Rotations to 1e-6 of the key, then sums of float32.
  const [wrong, right] = [far(stale), far(moved)];
  if (!(right < 2e-5)) throw new Error(`logits: expected those of before, got a difference of ${right}`);
  if (!(wrong > 1e-3)) throw new Error(`logits: expected stale keys to matter, got a difference of ${wrong}`);
  return { far: right, stale: wrong, layers: num_hidden_layers };
});
