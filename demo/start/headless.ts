/** Runs the demo page in a headless browser and waits for its report. */
import { launchBrowser } from '../../scripts/browser';
import type { AutorunReport } from '../shell/autorun';

/** A software adapter takes its time with a long prompt. */
const patience = 10 * 60_000;

/**
 * Opens the page at an address with `?autorun=1` and returns its report.
 *
 * @throws {Error} no browser has WebGPU, the page breaks before its report begins, or it does not end in time
 */
export async function runHeadless(url: string): Promise<AutorunReport> {
  const { browser } = await launchBrowser();
  try {
    const page = await browser.newPage();
    const broken = new Promise<never>((_, reject) => {
      page.on('pageerror', (error) => reject(new Error(`the page failed: ${String(error)}`)));
      page.on('error', (error) => reject(new Error(`the page crashed: ${error.message}`)));
    });
    const report = (async () => {
      await page.goto(url);
      // Text, not functions: the page has its own globals, and a compiler's helpers are not among them.
      await page.waitForFunction('window.webgpuRopeReport !== undefined', { timeout: 60_000 });
      await page.waitForFunction('window.webgpuRopeReport.done', { timeout: patience, polling: 250 });
      return (await page.evaluate('window.webgpuRopeReport')) as AutorunReport;
    })();
    return await Promise.race([report, broken]);
  } finally {
    await browser.close();
  }
}
