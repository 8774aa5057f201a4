import type { RopeConfig } from 'webgpu-rope';
import { literal } from '../../literal';

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
  return `
const config: RopeConfigInput = ${literal(configInput(config))};
`;
}

export function configJson(config: RopeConfig): string {
  return `${JSON.stringify(configInput(config), null, 2)}\n`;
}
