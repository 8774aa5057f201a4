/** What checks of the app have in common. */
import { join } from 'node:path';
import type { BrowserKind } from '../../scripts/browsers/find';
import type { Finding } from './consumer';
import { consumersFolder, type Workshop } from './workshop';

/** The largest errors that the app saw, as shares of what is allowed. */
export interface Shares {
  readonly q: number;
  readonly k: number;
}

export const errorOf = ({ q, k }: Shares): Finding => ({ error: Number(Math.max(q, k).toPrecision(2)) });

/** The consumers' packages, as a page fetches them. */
export const packages = ['/node_modules/', join(consumersFolder, 'node_modules')] as const;

export async function onTheAdapter(workshop: Workshop, kind: BrowserKind = 'chrome'): Promise<Finding> {
  const { version, adapter } = await workshop.browser(kind);
  return { browser: version, adapter: adapter.name };
}
