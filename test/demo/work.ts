/**
 * What the page's main thread has to do, counted: the same on every machine, where milliseconds are not. How long a task
 * takes is measured by `npm run bench:page`.
 */
import type { CDPSession, Page } from 'puppeteer';
import { expect } from 'vitest';
import { type OpenPage, openPage, type Site } from './site';

export interface Work {
  /** Steps of the page's own code on its main thread: functions called and blocks entered, those of loops each time round. */
  readonly steps: number;
  /** Orders to the page's workers, by task. */
  readonly orders: Readonly<Record<string, number>>;
}

/** A page whose work can be counted from its first script on. */
export interface CountedPage extends OpenPage {
  /** What there was since it was last asked, or since the page was opened. */
  taken(): Promise<Work>;
  /** What there is while `body` runs. */
  count(body: () => Promise<void>): Promise<Work>;
}

/** As {@link openPage}, for a page whose work is counted. */
export async function openCounted(site: Site, query = ''): Promise<CountedPage> {
  let session: CDPSession | undefined;
  const open = await openPage(site, query, countOrders, async (page: Page) => {
    session = await page.createCDPSession();
    await session.send('Profiler.enable');
    // Before the page's first script: only a function compiled later has its blocks counted.
    await session.send('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  });
  const taken = async (): Promise<Work> => {
    const { result } = await session!.send('Profiler.takePreciseCoverage');
    const steps = result
      .filter(({ url }) => url.startsWith(site.url))
      .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges))
      .reduce((sum, { count }) => sum + count, 0);
    const orders = (await open.page.evaluate('window.takeOrders()')) as Record<string, number>;
    return { steps, orders };
  };
  return {
    ...open,
    taken,
    async count(body) {
      await taken();
      await body();
      return taken();
    },
  };
}

const countOrders = `{
  let orders = {};
  window.takeOrders = () => {
    const taken = orders;
    orders = {};
    return taken;
  };
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (order, ...rest) {
    orders[order.task] = (orders[order.task] ?? 0) + 1;
    return post.call(this, order, ...rest);
  };
}`;

/**
 * Expects that `changes` changes of a control cost no more steps each than given, and ask each task of the workers once a
 * change at most: fewer on a slow machine, where the newest overtakes others.
 */
export function expectLight({ steps, orders }: Work, changes: number, stepsEach: number): void {
  console.log(
    `${expect.getState().currentTestName}: ${Math.round(steps / changes)} steps a change, ${JSON.stringify(orders)}`,
  );
  expect(steps, `steps of the main thread in ${changes} changes`).toBeGreaterThan(0);
  expect(steps, `steps of the main thread in ${changes} changes`).toBeLessThan(changes * stepsEach);
  for (const [task, count] of Object.entries(orders)) expect(count, task).toBeLessThanOrEqual(changes);
}
