/** The texts of the Tell panel once more, by the float64 forward pass of test/engine and the model in git. */
import { readFileSync } from 'node:fs';
import { createRandom } from '../../bench/harness/random';
import { readModel } from '../../demo/engine/model';
import { sample } from '../../demo/engine/sampler';
import { beginToken, readTokenizer } from '../../demo/engine/tokenizer';
import type { State } from '../../demo/panels/tell/state';
import { type Cache, forward } from '../engine/forward';

function read(name: string): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = readFileSync(`demo/panels/tell/model/${name}`);
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}

export const model = readModel(read('tell.bin'));
export const tokenizer = readTokenizer(read('tell-tokens.bin'), model.shape.vocabulary);

export interface Expected {
  /** As the page shows it; another text begins in another line. */
  readonly text: string;
  /** For each token [layers][keys]: where the model looked as it chose it. */
  readonly looks: number[][][];
  /** Places of the oldest key then. */
  readonly firsts: number[];
}

/** Tells so many tokens of a state's text. */
export function expectedText(state: State, length: number): Expected {
  const { pairing, theta, temperature, keys, drops } = state;
  const random = createRandom(state.seed);
  const cache: Cache = [];
  const tokens: number[] = [];
  const expected: Expected = { text: '', looks: [], firsts: [] };
  let [logits, looks]: [number[], number[][]] = [[], []];
  let [lookedFrom, first, position] = [0, 0, 0];
  const prompt = tokenizer.encode(state.prompt);
  while (tokens.length < length) {
    if (drops.includes(tokens.length)) {
      const count = Math.floor(cache.length / 2);
      cache.splice(0, count);
      first += count;
      // Rotating the keys back, or counting on, leaves all distances as they are. Forgetting them brings the new ones nearer.
      if (keys === 'leave') position -= count;
    }
    const options = { temperature, random: () => random.next() };
    const token = prompt[tokens.length] ?? sample(Float32Array.from(logits), options);
    tokens.push(token);
    expected.looks.push(looks);
    expected.firsts.push(lookedFrom);
    const outcome = forward(model, cache, [[token, position++]], { pairing, theta });
    [logits, looks, lookedFrom] = [outcome.logits[0]!, outcome.looks, first];
  }
  return { ...expected, text: textOf(tokens) };
}

/** Text by text: each begins with a token that has no text. */
function textOf(tokens: readonly number[]): string {
  const texts: number[][] = [];
  for (const token of tokens) {
    if (token === beginToken) texts.push([]);
    texts.at(-1)!.push(token);
  }
  return texts.map((text) => tokenizer.decode(text)).join('\n');
}
