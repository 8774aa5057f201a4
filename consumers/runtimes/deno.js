// Deno, started with --unstable-webgpu; its WebGPU is wgpu.
import { requestRopeDevice } from 'webgpu-rope';
import { rotateAndCompare } from '../app/rotate.js';

const device = await requestRopeDevice();
console.log(JSON.stringify(await rotateAndCompare(device, Number(Deno.args[0]))));
device.destroy();
