import { integer, percent } from '../../format';
import { type HeatMap, heatMap } from '../../widgets/heat-map';
import type { LayerChoice } from './state';
import type { Told } from './tasks';

/** Tokens that the map shows: the newest. */
const most = 256;

/** The looks of a token, of one layer or the mean of all. */
export function looksOf({ looks }: Told, layer: LayerChoice): Float32Array {
  if (layer > 0) return looks[layer - 1] ?? new Float32Array();
  return Float32Array.from(
    looks[0] ?? [],
    (_, key) => looks.reduce((sum, each) => sum + (each[key] ?? 0), 0) / looks.length,
  );
}

export interface LooksMap {
  readonly element: HTMLElement;
  draw(told: readonly Told[], token: number, layer: LayerChoice): void;
}

/** Which token looked at which: a row a token. */
export function createLooksMap(onPick: (token: number) => void): LooksMap {
  let start = 0;
  let count = 1;
  const map: HeatMap = heatMap({
    id: 'tell-looks',
    title: 'What each token looked at',
    onPick: (_, y) => onPick(Math.max(1, start + Math.floor(y * count))),
  });
  return {
    element: map.element,
    draw(told, token, layer) {
      start = Math.max(0, told.length - most);
      count = told.length - start;
      const values = new Float32Array(count * count).fill(Number.NaN);
      for (let row = 0; row < count; row++) {
        const each = told[start + row]!;
        for (const [key, look] of looksOf(each, layer).entries()) {
          const column = each.first + key - start;
          if (column >= 0) values[row * count + column] = look;
        }
      }
      const picked = told[token];
      const best = picked ? strongest(picked, told, layer) : [];
      const domain = [start, told.length] as const;
      map.draw(
        {
          ...{ values, width: count, height: count, domain: [0, 0.3], scheme: 'sequential' },
          x: { label: 'token looked at', domain, format: integer },
          y: { label: 'token chosen', domain, format: integer },
          format: percent,
        },
        {
          description: `Looks of ${count} tokens at those before them. ${sentence(picked, best)}`,
          note: `${sentence(picked, best)} Rows are tokens in the order of the text; a click picks one.`,
          table: () => ({
            head: ['Token', 'Place', 'Before', 'Look'],
            rows: best.map(({ text, place }, n) => [text, place, token - place, percent(best[n]!.look)]),
          }),
        },
      );
    },
  };
}

/** The keys most looked at. */
function strongest(picked: Told, told: readonly Told[], layer: LayerChoice) {
  return Array.from(looksOf(picked, layer), (look, key) => ({ look, place: picked.first + key }))
    .sort((a, b) => b.look - a.look)
    .slice(0, 12)
    .map(({ look, place }) => ({ look, place, text: quoted(told[place]?.text ?? '') }));
}

function sentence(picked: Told | undefined, best: readonly { text: string; look: number }[]): string {
  if (!picked || best.length === 0) return 'The first token had nothing to look at.';
  const list = best.slice(0, 3).map(({ text, look }) => `${text} (${percent(look)})`);
  return `To choose ${quoted(picked.text)} the model looked most at ${list.join(', ')}.`;
}

function quoted(text: string): string {
  return text.trim() === '' ? 'the beginning' : `“${text.trim()}”`;
}
