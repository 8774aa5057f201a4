/**
 * `npm start`: builds the package and the demo page, serves the page and opens it in the user's browser. Where there is
 * no display it runs the page in a headless browser and prints the report that the page shows.
 */
import { fileURLToPath } from 'node:url';
import { build, type PreviewServer, preview } from 'vite';
import { buildPackage } from '../../scripts/build';
import { demoQuery, hasDisplay, parseFlags, usage } from './flags';
import { runHeadless } from './headless';
import { openInBrowser } from './open';

async function start(): Promise<void> {
  const flags = parseFlags(process.argv.slice(2));
  if (flags.help) {
    console.log(usage);
    return;
  }
  console.log('Building the package and the demo page ...');
  const config = {
    configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)),
    configLoader: 'runner' as const,
    logLevel: 'warn' as const,
  };
  await buildPackage();
  await build(config);
  const server = await preview({ ...config, preview: { host: '127.0.0.1', open: false } });
  const address = addressOf(server);
  if (flags.open || (!flags.headless && hasDisplay(process.platform, process.env))) {
    await show(address + demoQuery(flags, false));
    return;
  }
  console.log('No display here, so the page runs in a headless browser. (--open serves it instead.)\n');
  try {
    const report = await runHeadless(address + demoQuery(flags, true));
    console.log(report.text.trimEnd());
    if (!report.ok) process.exitCode = 1;
  } finally {
    await server.close();
  }
}

/** Serves until the user ends it. */
async function show(url: string): Promise<void> {
  const opening = await openInBrowser(url, process.platform);
  const line = opening
    ? `Opening ${url} (if nothing opens, go there yourself)`
    : `Open this in a browser with WebGPU: ${url}`;
  console.log(`${line}\nCtrl-C ends it.`);
}

function addressOf(server: PreviewServer): string {
  const address = server.resolvedUrls?.local[0];
  if (!address) throw new Error('vite preview: expected an address, got none');
  return address;
}

start().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
