/** Tokens that fill a line, a square or a cube of positions. */
export interface Grid {
  /** Positions on each axis. */
  readonly side: number;
  readonly tokens: number;
  /** `[axes, tokens]`, flat. */
  readonly positions: Float64Array;
}

/** The side of the largest grid that has at most `tokens` tokens. */
export function sideOf(tokens: number, axes: number): number {
  // The root may be rounded to either side of a whole number.
  const side = Math.round(tokens ** (1 / axes));
  return side ** axes <= tokens ? side : side - 1;
}

/** All tokens of a grid, the last axis fastest. */
export function gridOf(side: number, axes: number): Grid {
  const tokens = side ** axes;
  const positions = new Float64Array(axes * tokens);
  for (let axis = 0; axis < axes; axis++) {
    const stride = side ** (axes - 1 - axis);
    for (let token = 0; token < tokens; token++) {
      positions[axis * tokens + token] = Math.floor(token / stride) % side;
    }
  }
  return { side, tokens, positions };
}

/** The positions of a grid, moved along one axis. */
export function moved({ positions, tokens }: Grid, axis: number, by: number): Float64Array {
  return positions.map((position, i) => (Math.floor(i / tokens) === axis ? position + by : position));
}

/** The position of one token on every axis. */
export function positionOf({ positions, tokens }: Grid, token: number): number[] {
  return Array.from({ length: positions.length / tokens }, (_, axis) => positions[axis * tokens + token]!);
}
