// A page whose worker has the device: its main thread does nothing.
const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
worker.onmessage = ({ data }) => {
  globalThis.outcome = data;
};
worker.onerror = ({ message }) => {
  globalThis.outcome = { error: message };
};
worker.postMessage(Number(new URLSearchParams(location.search).get('seed')));
