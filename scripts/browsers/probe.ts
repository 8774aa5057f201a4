/** Asks a running browser for its WebGPU adapter. */
import { createServer } from 'node:http';
import type { Browser } from 'puppeteer';
import { type AdapterWords, isSoftware, nameOfAdapter } from './adapter';

export interface AdapterReport {
  /** For example "google swiftshader" or "nvidia ampere". */
  name: string;
  /** True where it computes on the CPU: such an adapter says nothing about speed. */
  software: boolean;
}

type Answer = { info: AdapterWords } | { missing: string; info?: AdapterWords };

/**
 * Requests an adapter and a device in a page of its own, which is closed again.
 *
 * @throws {Error} there is no WebGPU, no adapter or no device
 */
export async function probeAdapter(browser: Browser): Promise<AdapterReport> {
  // navigator.gpu exists only in secure contexts; about:blank is none, localhost is.
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>WebGPU probe</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const page = await browser.newPage();
  try {
    await page.goto(`http://127.0.0.1:${port}/`);
    const answer = await page.evaluate(askForAdapter);
    const { info } = answer;
    const name = nameOfAdapter(info);
    if ('missing' in answer) {
      throw new Error(info ? `its adapter, ${name}, gives no device: ${answer.missing}` : answer.missing);
    }
    return { name, software: isSoftware(info) };
  } finally {
    await page.close();
    server.close();
    server.closeAllConnections();
  }
}

/** Runs inside the page: it may use nothing from this module. */
async function askForAdapter(): Promise<Answer> {
  if (!navigator.gpu) return { missing: 'it has no WebGPU' };
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) return { missing: 'it has WebGPU, and no adapter' };
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const info = { vendor, architecture, device, description, isFallbackAdapter };
  try {
    (await adapter.requestDevice()).destroy();
  } catch (error) {
    return { missing: String(error), info };
  }
  return { info };
}
