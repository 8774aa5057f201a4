import { readFile } from 'node:fs/promises';
import { arch, cpus } from 'node:os';
import { peerPackages } from './peers/names';

/** The machine in a few words, for example "linux x64, 2 cores". */
export function describeMachine(): string {
  return `${process.platform} ${arch()}, ${cpus().length} cores`;
}

/** Versions of webgpu-rope and of the packages that peers bring, as installed. */
export async function packageVersions(
  peers: readonly string[],
): Promise<{ version: string; peers: Record<string, string> }> {
  const versions: Record<string, string> = {};
  for (const name of peers.flatMap((peer) => peerPackages[peer] ?? [])) {
    versions[name] = await versionOf(`../node_modules/${name}/package.json`);
  }
  return { version: await versionOf('../package.json'), peers: versions };
}

/** Version in a package.json, by its path from here. */
export async function versionOf(path: string): Promise<string> {
  const text = await readFile(new URL(path, import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
