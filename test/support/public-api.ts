/** All that the package exports, whatever its subpath. */
import * as root from 'webgpu-rope';
import * as additive from 'webgpu-rope/additive';
import * as analysis from 'webgpu-rope/analysis';
import * as bias from 'webgpu-rope/bias';
import * as reference from 'webgpu-rope/reference';

export const api = { ...root, ...additive, ...analysis, ...bias, ...reference };
