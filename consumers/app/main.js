// The page: `outcome` is what the harness waits for.
import { requestRopeDevice } from 'webgpu-rope';
import { rotateAndCompare } from './rotate.js';

async function main() {
  const seed = Number(new URLSearchParams(location.search).get('seed'));
  return rotateAndCompare(await requestRopeDevice(), seed);
}

main().then(
  (result) => {
    globalThis.outcome = { result };
  },
  (error) => {
    globalThis.outcome = { error: String(error?.stack ?? error) };
  },
);
