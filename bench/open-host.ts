import type { BenchHost, HostOptions } from './host';

/** Opens a host. Loads only what that one needs. */
export async function openHost(kind: 'browser' | 'dawn', options: HostOptions): Promise<BenchHost> {
  if (kind === 'dawn') return (await import('./dawn-host')).openDawn(options);
  return (await import('./page-host')).openPage(options);
}
