/** What becomes of WGSL that was linked for a device's own f16. */
export type NativeText = (code: string) => string;

/** Best first: two f16 are a word as they are, by a conversion that naga lacks (Firefox 153); or they are packed. */
export const nativeTexts = [
  (code) => code.replace(/pack2x16float\(vec2f\((\w+)\)\)/, 'bitcast<u32>($1)'),
  (code) => code,
] as const satisfies readonly NativeText[];
