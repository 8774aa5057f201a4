/** The process that compiles: it reads a {@link Batch} from its input and writes {@link Compiled} kernels as JSON lines. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { create, globals } from 'webgpu';
import type { Batch, Compiled } from './compile';

const folder = process.env.CAPTURE_DIR as string;
const seen = new Set<string>();

/** The driver's words on the pipeline just made. */
function newDump(): { assembly: string; statistics: string } {
  const names = readdirSync(folder).filter((name) => !seen.has(name));
  for (const name of names) seen.add(name);
  const read = (suffix: string): string => {
    const found = names.filter((name) => name.endsWith(suffix));
    if (found.length !== 1)
      throw new Error(`expected one ${suffix} of a pipeline, the driver wrote ${found.length}`);
    return readFileSync(join(folder, found[0] as string), 'utf8');
  };
  return { assembly: read('.asm'), statistics: read('.stats') };
}

function parsedStatistics(lines: string): Record<string, number> {
  const pairs = lines
    .trim()
    .split('\n')
    .map((line) => line.split(': ') as [string, string]);
  return Object.fromEntries(pairs.map(([name, value]) => [name, Number(value)]));
}

async function main(): Promise<void> {
  const batch = JSON.parse(await text(process.stdin)) as Batch;
  Object.assign(globalThis, globals);
  // Held until the end: Dawn goes when this is collected.
  const gpu = create(['backend=vulkan', 'enable-dawn-features=allow_unsafe_apis']);
  const adapter = await gpu.requestAdapter();
  if (adapter === null) throw new Error('no adapter: the driver does not know this family');
  const device = await adapter.requestDevice({ requiredFeatures: [...batch.features] });
  for (const { code, entry, constants } of batch.kernels) {
    const module = device.createShaderModule({ code });
    const compute = { module, entryPoint: entry, constants };
    await device.createComputePipelineAsync({ layout: 'auto', compute });
    const { assembly, statistics } = newDump();
    const compiled: Compiled = {
      assembly,
      statistics: parsedStatistics(statistics),
      driver: adapter.info.description,
    };
    process.stdout.write(`${JSON.stringify(compiled)}\n`);
  }
  // Dawn does not get to tear down a device that has no hardware.
  if (gpu) process.stdout.write('', () => process.exit(0));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`, () => process.exit(1));
});
