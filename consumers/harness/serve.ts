/** A server of files for one page, on this machine alone. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

export interface Served {
  /** Folders by the path they are served at, the first that has the file wins: `{ '/': out, '/node_modules/': … }`. */
  readonly folders: readonly (readonly [path: string, folder: string])[];
  /** Sent with everything. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default the index of `/`. */
  readonly page?: string;
  /** What the page's address says besides the seed. */
  readonly query?: Readonly<Record<string, string>>;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

export async function serve({ folders, headers = {}, page = '/index.html' }: Served): Promise<{
  url: string;
  close: () => Promise<void>;
}> {
  const server = createServer(async ({ url = '/' }, response) => {
    const path = normalize(decodeURIComponent(url.split('?')[0] as string));
    if (path === '/favicon.ico') {
      response.writeHead(204).end();
      return;
    }
    for (const [prefix, folder] of folders) {
      if (!path.startsWith(prefix)) continue;
      const file = join(folder, path.slice(prefix.length));
      const body = await readFile(file).catch(() => undefined);
      if (!body) continue;
      const type = types[extname(file)] ?? 'application/octet-stream';
      response.writeHead(200, { ...headers, 'content-type': type }).end(body);
      return;
    }
    response.writeHead(404).end();
  });
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}${page}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((settle) => server.close(settle));
    },
  };
}
