import { isSoftware, nameOfAdapter } from '../../scripts/browsers/adapter';

/** Which adapter is there, in its own words. */
export interface AdapterSummary {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** It computes on the CPU: its times say nothing about a GPU. */
  readonly software: boolean;
  /** "nvidia ampere", "google swiftshader". */
  readonly name: string;
}

/** Why nothing can be run here, and what the visitor can do about it. */
export interface MissingGpu {
  readonly why: string;
  readonly remedy: string;
}

/** Looks for an adapter without asking for a device. Never rejects: what goes wrong is a reason as well. */
export async function findAdapter(): Promise<AdapterSummary | MissingGpu> {
  try {
    return await ask();
  } catch (error) {
    return {
      why: `Asking for a GPU failed: ${error instanceof Error ? error.message : String(error)}`,
      remedy: 'Reload the page; if it stays so, restart the browser.',
    };
  }
}

async function ask(): Promise<AdapterSummary | MissingGpu> {
  const gpu = (navigator as Partial<Navigator>).gpu;
  if (!gpu) {
    if (!isSecureContext) {
      return {
        why: 'This page is not a secure context, and browsers offer WebGPU only in one.',
        remedy: 'Open it through https, or from localhost.',
      };
    }
    return {
      why: 'This browser has no WebGPU.',
      remedy:
        'Use a current Chrome, Edge, Safari or Firefox. On Linux, Chrome may want chrome://flags/#enable-unsafe-webgpu turned on.',
    };
  }
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    return {
      why: 'This browser has WebGPU, but it offers no GPU.',
      remedy:
        'Turn on hardware acceleration in the browser’s settings and update the graphics driver; chrome://gpu (about:support in Firefox) says what is blocked.',
    };
  }
  return summarise(adapter.info);
}

/** An adapter by its own words; older implementations have none for a device's. */
export function summarise(info: GPUAdapterInfo | undefined): AdapterSummary {
  const { vendor = '', architecture = '', device = '', description = '' } = info ?? {};
  return {
    vendor,
    architecture,
    device,
    description,
    software: isSoftware(info),
    name: nameOfAdapter(info),
  };
}

/** "google swiftshader (software)". */
export function adapterText({ name, software }: Pick<AdapterSummary, 'name' | 'software'>): string {
  return software ? `${name} (software)` : name;
}
