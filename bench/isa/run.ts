/** `npm run isa`: what the compiler of AMD GPUs makes of the kernels. See `--help` and bench/README.md. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { replaceBetweenMarkers } from '../readme-table';
import { barFamily, barKernels, barLines } from './bars';
import { kernelNames } from './kernels';
import { legend, tableOf } from './report';
import { rooflineMarkdown, rooflineOf } from './roofline';
import { type IsaResult, survey } from './survey';
import { type Toolchain, toolchain } from './toolchain';

const defaultFamilies = ['navi21', 'gfx1100'];

const usage = `Compiles the kernels for AMD GPUs, without one, and counts what an invocation runs. Needs Debian's gcc, libvulkan-dev
and mesa-vulkan-drivers.

  --family NAME,…    as Mesa names them: polaris10, vega10, navi10, navi21, gfx1036, gfx1100, … (default ${defaultFamilies.join()})
  --kernel NAME,…    ${kernelNames.join(', ')} (default: all)
  --json FILE        write the results there as well; {family} in it stands for the family
  --roofline         arithmetic beside memory for Llama-3.1-8B, from the counts of rotate_chunks on navi21; into bench/README.md too
  --bars             how each bar of bars.ts stands, on ${barFamily}
  --help`;

const readme = fileURLToPath(new URL('../README.md', import.meta.url));
const rooflineMarkers = ['<!-- isa: made by npm run isa -- --roofline -->', '<!-- /isa -->'] as const;

const listOf = (text: string): string[] => text.split(',').filter((part) => part !== '');

function checkedKernels(names: readonly string[]): readonly string[] {
  const unknown = names.find((name) => !kernelNames.includes(name));
  if (unknown !== undefined)
    throw new RangeError(`--kernel: expected ${kernelNames.join(', ')}, got ${unknown}`);
  return names;
}

async function writeResult(file: string, result: IsaResult): Promise<void> {
  const path = file.replaceAll('{family}', result.family);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(result, null, 1)}\n`);
  console.log(`\nwritten to ${path}`);
}

async function writeRoofline(tools: Toolchain): Promise<void> {
  const { driver, webgpu, date, rows } = await survey(['rotate_chunks'], barFamily, tools);
  const text = rooflineMarkdown(rooflineOf(rows), `${driver}, webgpu ${webgpu}, ${date.slice(0, 10)}`);
  console.log(text);
  const before = await readFile(readme, 'utf8');
  await writeFile(readme, replaceBetweenMarkers(before, `\n${text}\n`, rooflineMarkers));
}

async function main(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      family: { type: 'string' },
      kernel: { type: 'string' },
      json: { type: 'string' },
      bars: { type: 'boolean', default: false },
      roofline: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const families = values.family === undefined ? defaultFamilies : listOf(values.family);
  const names = values.kernel === undefined ? kernelNames : checkedKernels(listOf(values.kernel));
  if (values.json !== undefined && families.length > 1 && !values.json.includes('{family}')) {
    throw new RangeError(
      '--json: expected {family} in the name of the file where there are several families',
    );
  }
  const tools = toolchain();
  if (values.roofline) await writeRoofline(tools);
  if (values.bars) console.log(barLines((await survey(barKernels, barFamily, tools)).rows).join('\n'));
  if (values.roofline || values.bars) return;
  for (const family of families) {
    const result = await survey(names, family, tools);
    console.log(`\n${tableOf(result)}`);
    if (values.json !== undefined) await writeResult(values.json, result);
  }
  console.log(`\n${legend}`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
