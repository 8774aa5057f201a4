/** The command line of `npm start`. */
import { parseArgs } from 'node:util';
import { choiceFromQuery, defaultChoice } from '../panels/check/choice';

/** Flags that the page takes as query parameters of the same names. */
const passedOn = ['preset', 'tokens', 'dtype', 'start'] as const;

export interface StartFlags {
  help: boolean;
  headless: boolean;
  open: boolean;
  choice: Partial<Record<(typeof passedOn)[number], string>>;
}

export const usage = `npm start -- ${passedOn.map((name) => `[--${name} ${defaultChoice[name]}]`).join(' ')} [--headless | --open]

Builds the demo page, serves it and opens it. Without a display, or with --headless, it runs the page in a headless
browser and prints its report. --open serves it whatever the display.`;

/**
 * Reads the flags.
 *
 * @throws {TypeError} an unknown flag, or a flag without its value
 * @throws {RangeError} both --headless and --open, or a choice that the page does not have: the message lists those it has
 */
export function parseFlags(args: readonly string[]): StartFlags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      preset: { type: 'string' },
      tokens: { type: 'string' },
      dtype: { type: 'string' },
      start: { type: 'string' },
      headless: { type: 'boolean', default: false },
      open: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { headless, open, help, ...choice } = values;
  if (headless && open) throw new RangeError('--headless and --open: expected one of them, got both');
  const flags = { help, headless, open, choice };
  const { problems } = choiceFromQuery(demoQuery(flags, false));
  if (problems.length > 0 && !help)
    throw new RangeError(problems.map((problem) => `--${problem}`).join('\n'));
  return flags;
}

/** The page's query: the choice, and `autorun` where nobody is there to press its button. */
export function demoQuery({ choice }: StartFlags, autorun: boolean): string {
  const query = new URLSearchParams(autorun ? { autorun: '1' } : {});
  for (const name of passedOn) {
    const value = choice[name];
    if (value !== undefined) query.set(name, value);
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** Whether a browser window can be opened here. */
export function hasDisplay(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (env.CI) return false;
  if (platform === 'darwin' || platform === 'win32') return true;
  return Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}
