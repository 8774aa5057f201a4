/** What the engine reads: models, tokenizers; and what it draws. */
import { describe, expect, test } from 'vitest';
import { readModel } from '../../demo/engine/model';
import { sample } from '../../demo/engine/sampler';
import { beginToken, readTokenizer } from '../../demo/engine/tokenizer';
import { smallFile, smallShape } from './small-model';

describe('a model', () => {
  test('has the shape of its header', () => expect(readModel(smallFile(1)).shape).toEqual(smallShape));

  test('shares the embedding unless its vocabulary is negative', () => {
    const shared = readModel(smallFile(1));
    expect(shared.classifier).toBe(shared.embedding);
    const own = readModel(smallFile(1, { classifier: true }));
    expect(own.classifier.length).toBe(own.embedding.length);
    expect(own.classifier).not.toEqual(own.embedding);
    expect(own.classifier.some(Number.isNaN)).toBe(false);
  });

  test('in f16 is the one in f32, rounded', () => {
    const [full, half] = [readModel(smallFile(1)), readModel(smallFile(1, { dtype: 'f16' }))];
    const last = full.layers[1]!.w3;
    expect(
      half.layers[1]!.w3.every((value, i) => Math.abs(value - last[i]!) <= 2 ** -11 * Math.abs(last[i]!)),
    ).toBe(true);
  });

  test.each([
    [new ArrayBuffer(8), /^file: expected the shape of a model, got \{"dim":0/],
    [Int32Array.of(48, 76, 2, 6, 4, 37, 40).buffer, /^file: expected the shape of a model/],
    [Int32Array.of(48, 76, 2, 5, 5, 37, 40).buffer, /^file: expected the shape of a model/],
    [smallFile(1).slice(0, -4), /^file: expected \d+ bytes \(f32\) or \d+ \(f16\), got \d+$/],
  ])('that is none is refused', (file, message) => {
    expect(() => readModel(file)).toThrow(RangeError);
    expect(() => readModel(file)).toThrow(message);
  });
});

/** A tokenizer's file: pieces with their scores. */
function tokenizerFile(pieces: readonly (readonly [string, number])[]): ArrayBuffer {
  const bytes = pieces.flatMap(([piece, score]) => {
    const text = new TextEncoder().encode(piece);
    const head = new DataView(new ArrayBuffer(8));
    head.setFloat32(0, score, true);
    head.setInt32(4, text.length, true);
    return [...new Uint8Array(head.buffer), ...text];
  });
  return Uint8Array.from([9, 0, 0, 0, ...bytes]).buffer;
}

describe('a tokenizer', () => {
  const pieces = [
    ...[
      ['<unk>', 0],
      ['\n<s>\n', 0],
      ['\n</s>\n', 0],
      ['<0xC3>', 0],
      ['<0xA9>', 0],
    ],
    ...[
      [' ', -9],
      ['a', -9],
      ['b', -9],
      ['c', -9],
      ['ab', -2],
      ['bc', -1],
      [' ab', -3],
    ],
  ] as [string, number][];
  const file = tokenizerFile(pieces);
  const tokenizer = readTokenizer(file, pieces.length);
  const names = (text: string) => tokenizer.encode(text).map((token) => pieces[token]![0]);

  test('joins the pair with the best score first', () => {
    expect(names('abc')).toEqual(['\n<s>\n', ' ', 'a', 'bc']);
    expect(names('ab ab')).toEqual(['\n<s>\n', ' ab', ' ab']);
  });

  test('takes an unknown character byte by byte, and puts it together again', () => {
    expect(names('é')).toEqual(['\n<s>\n', ' ', '<0xC3>', '<0xA9>']);
    expect(tokenizer.decode(tokenizer.encode('abé cab'))).toBe('abé cab');
  });

  test('an empty text is its beginning, and says nothing', () => {
    expect(tokenizer.encode('')).toEqual([beginToken]);
    expect(tokenizer.decode([beginToken])).toBe('');
  });

  test('a text that goes on keeps its first blank', () =>
    expect(tokenizer.decode(tokenizer.encode('ab').slice(1))).toBe(' ab'));

  test('refuses a character that it cannot write', () =>
    expect(() => tokenizer.encode('aß')).toThrow(
      new RangeError('text: expected characters of this model, got “ß”'),
    ));

  test('refuses a file of another vocabulary', () => {
    expect(() => readTokenizer(file, 13)).toThrow(/^file: expected 13 pieces, got 12/);
    expect(() => readTokenizer(file, 11)).toThrow(/^file: expected 11 pieces, got 11 in \d+ of \d+ bytes/);
    expect(() => readTokenizer(file.slice(0, -1), 12)).toThrow(/^file: expected 12 pieces, got 11/);
  });
});

describe('a sample', () => {
  const logits = Float32Array.of(0, Math.log(2), Math.log(4), Math.log(1));

  test('at temperature 0 is the likeliest token', () => expect(sample(logits)).toBe(2));

  test('is drawn by its share', () => {
    const draws = [0, 0.124, 0.126, 0.374, 0.376, 0.874, 0.876, 0.999];
    const drawn = draws.map((draw) => sample(logits, { temperature: 1, random: () => draw }));
    expect(drawn).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
  });

  test('at a low temperature is nearly always the likeliest', () =>
    expect(sample(logits, { temperature: 0.05, random: () => 0.001 })).toBe(2));

  test('is a token even where rounding leaves nothing', () =>
    expect(sample(logits, { temperature: 1, random: () => 1 })).toBe(2));
});
