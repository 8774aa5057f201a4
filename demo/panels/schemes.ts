import type { ExtensionName } from 'webgpu-rope/analysis';

/** The ways to extend RoPE's context that panels offer, in the order of `extensionSchemes`; `direct` extends nothing. */
export const schemeNames = [
  'direct',
  'linear',
  'ntk',
  'dynamic',
  'yarn',
  'longrope',
  'llama3',
] as const satisfies readonly ExtensionName[];
export type SchemeName = (typeof schemeNames)[number];

/** Short enough for a legend. */
export const schemeLabels: Readonly<Record<SchemeName, string>> = {
  direct: 'Direct',
  linear: 'Linear',
  ntk: 'NTK-aware',
  dynamic: 'Dynamic NTK',
  yarn: 'YaRN',
  longrope: 'LongRoPE',
  llama3: 'Llama 3',
};
