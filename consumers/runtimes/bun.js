// Bun, with npm's `bun-webgpu`, which is Dawn.
import { setupGlobals } from 'bun-webgpu';
import { requestRopeDevice } from 'webgpu-rope';
import { rotateAndCompare } from '../app/rotate.js';

setupGlobals();
const device = await requestRopeDevice();
console.log(JSON.stringify(await rotateAndCompare(device, Number(process.argv[2]))));
device.destroy();
