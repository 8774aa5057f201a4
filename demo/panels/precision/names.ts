/** How each recipe is named and drawn, the same in every chart. */
import { series } from '../../widgets/colors';
import type { LegendEntry } from '../../widgets/figure';
import type { Recipe } from './tasks';

export interface Look {
  readonly color: string;
  /** SVG dash array; undefined for a solid line. Colour is not the only carrier. */
  readonly dash: string | undefined;
  readonly symbol: 'circle' | 'square' | 'triangle' | 'diamond' | 'cross' | 'star';
}

/** From the coarsest to the finest at far positions. */
export const recipes: readonly Recipe[] = ['power', 'read', 'phases', 'bf16', 'f16', 'table'];

export const looks: Readonly<Record<Recipe, Look>> = {
  power: { color: series(3), dash: '2 3', symbol: 'triangle' },
  read: { color: series(1), dash: undefined, symbol: 'square' },
  phases: { color: series(4), dash: '8 3', symbol: 'diamond' },
  bf16: { color: series(7), dash: '6 3 2 3', symbol: 'cross' },
  f16: { color: series(6), dash: '3 3', symbol: 'star' },
  table: { color: series(0), dash: undefined, symbol: 'circle' },
};

/** In a sentence. */
export function nameOf(recipe: Recipe, onGpu: boolean): string {
  switch (recipe) {
    case 'power':
      return 'sin, cos and pow() in the shader';
    case 'read':
      return 'sin and cos in the shader';
    case 'phases':
      return 'float32 phases (PyTorch’s recipe, on the CPU)';
    case 'bf16':
      return 'true values kept in bf16';
    case 'f16':
      return 'true values kept in f16';
    case 'table':
      return onGpu ? 'this package’s kernel' : 'this package’s table (on the CPU)';
  }
}

/** At the end of a line. */
export const shortNames: Readonly<Record<Recipe, string>> = {
  power: 'shader, pow()',
  read: 'shader',
  phases: 'float32 phases',
  bf16: 'bf16',
  f16: 'f16',
  table: 'this package',
};

/** The symbols on the lines, as characters. */
const signs: Readonly<Record<Look['symbol'], string>> = {
  circle: '○',
  square: '□',
  triangle: '△',
  diamond: '◇',
  cross: '✚',
  star: '☆',
};

export function legendOf(present: readonly Recipe[], onGpu: boolean): LegendEntry[] {
  return present.map((recipe) => {
    const { color, dash, symbol } = looks[recipe];
    const mark = dash === undefined ? 'line' : 'dash';
    return { label: nameOf(recipe, onGpu), color, mark, sign: signs[symbol] };
  });
}
