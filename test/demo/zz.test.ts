import { afterAll, beforeAll, test } from 'vitest';
import { openSite, rendered, type Site } from './site';
import { openCounted } from './work';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());
const settledSel = `document.querySelectorAll('#panel .chart:not([hidden]):not([data-drawn]), #panel .busy:not([hidden])').length === 0`;
const cases = [
  ['?panel=see&dim=256&length=16', '#see-length', 12],
  ['?panel=see&dim=256&length=2000', '#see-length', 1],
  ['?panel=extend&dim=256&theta=10000000&trained=512&target=1048576', '#extend-trained', 16],
  ['?panel=rotate&dim=128&range=1024', '#turn-distance', 12],
  ['?panel=digits&dim=256', '#digits-position', 20],
  ['?panel=precision&theta=10000&dim=16&last=4095&at=1000', '#at', 4],
] as const;
test.each(cases)('%s', async (query, id, n) => {
  const t0 = performance.now();
  const { page, count } = await openCounted(site, query);
  await page.waitForFunction(settledSel);
  await rendered(page);
  console.log(query, 'opened', performance.now() - t0);
  for (let k = 0; k < 2; k++) {
    const t = performance.now();
    console.log(
      k,
      JSON.stringify(
        await count(async () => {
          await page.focus(id);
          for (let i = 0; i < n; i++) {
            await page.keyboard.press('ArrowRight');
            if (k === 0) {
              await page.waitForFunction(settledSel);
              await rendered(page);
            }
          }
          await page.waitForFunction(settledSel);
          await rendered(page);
        }),
      ),
      n,
      performance.now() - t,
    );
  }
});
