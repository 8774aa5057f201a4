import { createRandom } from '../../../bench/harness/random';
import { createEngine, type Engine } from '../../engine/engine';
import { type Model, readModel } from '../../engine/model';
import { sample } from '../../engine/sampler';
import { beginToken, readTokenizer, type Tokenizer } from '../../engine/tokenizer';
import type { Task, TaskContext } from '../../shell/tasks';
import modelUrl from './model/tell.bin?url';
import tokensUrl from './model/tell-tokens.bin?url';
import { capacity, type Keys, type State } from './state';

/** A token of the text. */
export interface Told {
  /** A line break where another text begins. */
  readonly text: string;
  /** [layers]: how much the model looked at each key when it chose the token. None of the first one. */
  readonly looks: readonly Float32Array[];
  /** Place in the text of the first of these keys. */
  readonly first: number;
  /** Its position, as RoPE counts. */
  readonly position: number;
}

/** A text being told: the logits are of the token that comes next. */
interface Session {
  readonly engine: Engine;
  readonly tokenizer: Tokenizer;
  readonly next: () => number;
  logits: Float32Array;
  looks: readonly Float32Array[];
  /** Place of the first key that was looked at. */
  lookedFrom: number;
  /** Place of the oldest key. */
  first: number;
  last: number;
}

let files: Promise<{ model: Model; tokenizer: Tokenizer }> | undefined;
let session: Session | undefined;
let turn: Promise<unknown> = Promise.resolve();

/** One after the other: an engine must not end while it computes. */
function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const result = turn.then(work);
  turn = result.catch(() => {});
  return result;
}

async function load(): Promise<{ model: Model; tokenizer: Tokenizer }> {
  const [model, tokens] = await Promise.all(
    [modelUrl, tokensUrl].map(async (url) => {
      const response = await fetch(url);
      if (!response.ok) throw new Error(`${url}: expected the model’s file, got status ${response.status}`);
      return response.arrayBuffer();
    }),
  );
  const read = readModel(model!);
  return { model: read, tokenizer: readTokenizer(tokens!, read.shape.vocabulary) };
}

/** Begins a text. @returns the tokens of its beginning; null where there is no GPU */
async function begin(state: State, { device }: TaskContext): Promise<Told[] | null> {
  session?.engine.destroy();
  session = undefined;
  const gpu = await device();
  if (!gpu) return null;
  files ??= load();
  files.catch(() => {
    files = undefined;
  });
  const { model, tokenizer } = await files;
  const { pairing, theta, cache, temperature } = state;
  const tokens = tokenizer.encode(state.prompt);
  const options = { pairing, theta, capacity, cacheDtype: cache, layout: 'ring' } as const;
  const engine = await createEngine(gpu, model, options);
  const random = createRandom(state.seed);
  session = {
    engine,
    tokenizer,
    next: () => sample(session!.logits, { temperature, random: () => random.next() }),
    ...{ logits: new Float32Array(), looks: [], lookedFrom: 0, first: 0, last: -1 },
  };
  const told: Told[] = [];
  for (const token of tokens) told.push(await append(session, token));
  return told;
}

/** Puts a token behind the others. */
async function append(session: Session, token: number): Promise<Told> {
  const { engine, tokenizer, looks, lookedFrom: first, last } = session;
  const position = engine.rows.position(0);
  const isBreak = token === beginToken && last >= 0;
  // The first word of a text has no blank in front.
  const text = isBreak ? '\n' : tokenizer.decode(last === beginToken ? [last, token] : [token]);
  const [outcome] = await engine.forward([{ sequence: 0, tokens: [token] }], { looks: true });
  Object.assign(session, { last: token, lookedFrom: session.first, ...outcome });
  return { text, looks, first, position };
}

function opened(): Session {
  if (!session) throw new Error('No text was begun');
  return session;
}

export const tasks = {
  begin: ((state, context) => inTurn(() => begin(state, context))) satisfies Task<State, Told[] | null>,
  next: (() => inTurn(() => append(opened(), opened().next()))) satisfies Task<null, Told>,
  drop: ((keys) => inTurn(async () => drop(opened(), keys))) satisfies Task<Keys, number>,
};

/** Drops the older half of the keys. @returns how many */
function drop(session: Session, keys: Keys): number {
  const { engine } = session;
  const count = Math.floor(engine.rows.length(0) / 2);
  engine.rows.drop(0, count);
  if (keys !== 'count') engine.shift(0, -count, { rerotate: keys === 'rerotate' });
  session.first += count;
  return count;
}

export type TellTasks = typeof tasks;
