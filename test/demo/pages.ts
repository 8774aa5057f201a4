/**
 * The demo page, built once a run, for every test file: Vitest's global setup of the project `node`. A page is built when
 * the first test asks for it, so that a run without tests of the demo builds none.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import type { Plugin } from 'vite';
import type { TestProject } from 'vitest/node';
import { development } from '../../scripts/development';
import { type ServedPage, serveDemo } from './serve';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where to ask for a page, by {@link servedPage}. */
    readonly pages: string;
  }
}

/** Whose panels the page has: the explorer's own, or those of test/demo/fixture. */
export type Panels = 'own' | 'fixture';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const sites = new Map<string, ReturnType<typeof serveDemo>>();
  const server = createServer(async (request, response) => {
    const panels = (request.url ?? '').slice(1) as Panels;
    try {
      const site = sites.get(panels) ?? serveDemo(development, panels === 'fixture' ? [fixturePanels()] : []);
      sites.set(panels, site);
      const { url, outDir } = await site;
      response.end(JSON.stringify({ url, outDir } satisfies ServedPage));
    } catch (error) {
      response.statusCode = 500;
      response.end(error instanceof Error ? error.message : String(error));
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  project.provide('pages', `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return async () => {
    server.close();
    for (const site of sites.values()) await site.then(({ close }) => close()).catch(() => {});
  };
}

/**
 * Asks for a page of this run; the first to ask waits until it is built.
 *
 * @param pages The address that the setup provides.
 * @throws {Error} the page does not build
 */
export async function servedPage(pages: string, panels: Panels): Promise<ServedPage> {
  const response = await fetch(pages + panels);
  if (!response.ok) throw new Error(`the page, ${panels} panels: ${await response.text()}`);
  return (await response.json()) as ServedPage;
}

/** Puts the fixture's panels and tasks where main.ts and the worker import the explorer's. */
function fixturePanels(): Plugin {
  const places = [
    { importer: '/demo/main.ts', source: './panels', file: 'panels.ts' },
    { importer: '/demo/shell/explorer.worker.ts', source: '../panels/tasks', file: 'tasks.ts' },
  ];
  return {
    name: 'fixture-panels',
    enforce: 'pre',
    resolveId(source, importer) {
      const place = places.find((at) => source === at.source && importer?.endsWith(at.importer));
      return place && resolve('test/demo/fixture', place.file);
    },
  };
}
