import { h } from '../dom';

/** Hands JSON to the visitor as a file. */
export function downloadJson(name: string, json: string): void {
  const url = URL.createObjectURL(new Blob([json], { type: 'application/json' }));
  h('a', { href: url, download: name }).click();
  // The browser has read the address by then.
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
