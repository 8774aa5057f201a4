/** What an application gets from each specifier of the package. */
import * as root from 'webgpu-rope';
import * as additive from 'webgpu-rope/additive';
import * as analysis from 'webgpu-rope/analysis';
import * as bias from 'webgpu-rope/bias';
import * as reference from 'webgpu-rope/reference';

export const exported: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'webgpu-rope': root,
  'webgpu-rope/additive': additive,
  'webgpu-rope/analysis': analysis,
  'webgpu-rope/bias': bias,
  'webgpu-rope/reference': reference,
};
