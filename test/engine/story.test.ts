/** A model tells the text that is known of it, word for word: stories260K, where ENGINE_MODEL names its file. */

import file from 'virtual:model-file';
import { expect, test } from 'vitest';
import { cacheLayouts } from '../../demo/engine/cache-rows';
import { createEngine, type Engine } from '../../demo/engine/engine';
import { readModel } from '../../demo/engine/model';
import { sample } from '../../demo/engine/sampler';
import { beginToken, readTokenizer } from '../../demo/engine/tokenizer';
import { getDevice } from '../support/gpu';
import story from './stories260K.txt?raw';

const bytesOf = (base64: string): ArrayBuffer => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)).buffer;

/** Steps of llama2.c's own test; the begin token is none of them. */
const steps = 200;

/** Tokens of the four sequences that are told at a time, before the model goes on by itself. */
const prompts = [1, 8, 27, 64];

/**
 * Goes on with texts, each a sequence of its own, until every one has its length. Those that are done leave the batch.
 *
 * @param atOnce The prompt is one call; else each token is one, and a sequence begins when the one before it is as long as the
 * difference of their prompts: lengths are never equal.
 */
async function tell(engine: Engine, texts: readonly number[][], atOnce: boolean): Promise<number[][]> {
  const told = texts.map((text) => [...text]);
  const done = texts.map(() => 0);
  for (let call = 0; told.some((text, n) => done[n]! < text.length); call++) {
    const entries = told.flatMap((text, sequence) => {
      const isWaiting = !atOnce && call < sequence * 5;
      const until = atOnce ? text.length : done[sequence]! + 1;
      const tokens = isWaiting ? [] : text.slice(done[sequence], until);
      return tokens.length > 0 ? [{ sequence, tokens }] : [];
    });
    const outcomes = await engine.forward(entries);
    for (const [n, { sequence, tokens }] of entries.entries()) {
      const text = told[sequence]!;
      done[sequence]! += tokens.length;
      const isNew = done[sequence] === text.length && text.length <= steps;
      if (isNew) text.push(sample(outcomes[n]!.logits));
    }
  }
  return told;
}

if (file === null) {
  test('no model file is named: ENGINE_MODEL is empty', () => expect(file).toBe(null));
} else {
  const model = readModel(bytesOf(file.model));
  const tokenizer = readTokenizer(bytesOf(file.tokenizer), model.shape.vocabulary);

  test('its tokenizer takes the story apart and puts it together again', () =>
    expect(tokenizer.decode(tokenizer.encode(story))).toBe(story));

  for (const cacheDtype of ['f32', 'f16'] as const) {
    for (const layout of cacheLayouts) {
      for (const atOnce of [false, true]) {
        // A contiguous cache is tried in every way, the others in two.
        const isAll = layout === 'contiguous';
        const how = `${cacheDtype} cache, ${layout}, prompt ${atOnce ? 'at once' : 'token by token'}`;
        const known = tokenizer.encode(story);

        if (isAll || !atOnce)
          test(`${how}, alone: the story, word for word`, async () => {
            const engine = await createEngine(await getDevice(), model, {
              cacheDtype,
              layout,
              capacity: 224,
            });
            const [told] = await tell(engine, [atOnce ? known.slice(0, 40) : [beginToken]], atOnce);
            expect(tokenizer.decode(told!)).toBe(story);
            engine.destroy();
          });

        if (isAll || atOnce)
          test(`${how}, four sequences of different lengths: four times the story`, async () => {
            const options = { cacheDtype, layout, capacity: 224, sequences: 4 };
            const engine = await createEngine(await getDevice(), model, options);
            const told = await tell(
              engine,
              prompts.map((length) => known.slice(0, length)),
              atOnce,
            );
            expect(told.map((text) => tokenizer.decode(text))).toEqual([story, story, story, story]);
            engine.destroy();
          });
      }
    }
  }
}
