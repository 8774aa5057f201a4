import { requestRopeDevice } from 'webgpu-rope';
import { rotateAndCompare } from '../../app/rotate.js';

globalThis.onmessage = async ({ data: seed }) => {
  try {
    postMessage({ result: await rotateAndCompare(await requestRopeDevice(), seed) });
  } catch (error) {
    postMessage({ error: String(error?.stack ?? error) });
  }
};
