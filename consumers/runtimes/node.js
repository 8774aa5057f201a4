// Plain Node with npm's `webgpu`, which is Dawn. There are no globals of WebGPU, and the package needs none.
import { create } from 'webgpu';
import { requestRopeDevice } from 'webgpu-rope';
import { rotateAndCompare } from '../app/rotate.js';

const device = await requestRopeDevice({ gpu: create([]) });
console.log(JSON.stringify(await rotateAndCompare(device, Number(process.argv[2]))));
device.destroy();
