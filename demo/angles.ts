/** Angles as the hands of a clock show them: in radians, clockwise from noon. */

export function degreesOf(angle: number): number {
  return (angle * 180) / Math.PI;
}

/** An angle within one turn: 0 to 2π. */
export function withinTurn(angle: number): number {
  const turn = 2 * Math.PI;
  return ((angle % turn) + turn) % turn;
}

/** The slice of a disc from an angle on, for a path; counter-clockwise where `by` is negative. Less than a turn. */
export function slicePath(from: number, by: number, radius: number): string {
  return `M0 0L${pointAt(from, radius)}${arcTo(from, by, radius)}Z`;
}

/** A piece of a circle from an angle on, for a path. */
export function arcPath(from: number, by: number, radius: number): string {
  return `M${pointAt(from, radius)}${arcTo(from, by, radius)}`;
}

function arcTo(from: number, by: number, radius: number): string {
  const [isLong, isClockwise] = [Math.abs(by) > Math.PI ? 1 : 0, by < 0 ? 0 : 1];
  return `A${radius} ${radius} 0 ${isLong} ${isClockwise} ${pointAt(from + by, radius)}`;
}

function pointAt(angle: number, radius: number): string {
  return `${(Math.sin(angle) * radius).toFixed(2)} ${(-Math.cos(angle) * radius).toFixed(2)}`;
}
