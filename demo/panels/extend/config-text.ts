import type { RopeConfig } from '../../../src/config/types';

/** What a `RopeConfigInput` has to say for this config: what is not a default. */
export function configInput(config: RopeConfig): Record<string, unknown> {
  const { headDim, rotaryDim, theta, pairing, scaling, axes, trainedPositions } = config;
  return {
    headDim,
    ...(rotaryDim !== headDim && { rotaryDim }),
    theta,
    ...(pairing !== 'half' && { pairing }),
    ...(scaling.type !== 'default' && { scaling }),
    ...(axes !== null && { axes }),
    ...(trainedPositions !== null && { trainedPositions }),
  };
}

/** The config as TypeScript, to be given to `createRope`. */
export function configSource(config: RopeConfig): string {
  return `import type { RopeConfigInput } from 'webgpu-rope';

const config: RopeConfigInput = ${literal(configInput(config), '')};
`;
}

export function configJson(config: RopeConfig): string {
  return `${JSON.stringify(configInput(config), null, 2)}\n`;
}

/** JavaScript as one would write it: bare keys, single quotes, a key a line; lists of numbers eight a line. */
function literal(value: unknown, indent: string): string {
  if (typeof value === 'string') return `'${value.replace(/[\\']/g, '\\$&')}'`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const entries = value.map((entry) => literal(entry, inner));
    if (entries.length <= 8) return `[${entries.join(', ')}]`;
    const lines: string[] = [];
    for (let at = 0; at < entries.length; at += 8) {
      lines.push(`${inner}${entries.slice(at, at + 8).join(', ')},\n`);
    }
    return `[\n${lines.join('')}${indent}]`;
  }
  const lines = Object.entries(value).map(([key, entry]) => `${inner}${key}: ${literal(entry, inner)},\n`);
  return `{\n${lines.join('')}${indent}}`;
}
