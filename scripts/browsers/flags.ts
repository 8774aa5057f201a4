/** The command line and preferences each browser is started with. */

/** Which WebGPU adapter: the machine's GPU, Chromium's software one, or the GPU where there is one. */
export type AdapterChoice = 'auto' | 'hardware' | 'swiftshader';

const adapterChoices: readonly string[] = ['auto', 'hardware', 'swiftshader'] satisfies AdapterChoice[];

/**
 * Reads WEBGPU_ADAPTER.
 *
 * @throws {RangeError} it names no adapter
 */
export function adapterFromEnvironment(value: string | undefined): AdapterChoice {
  if (!value) return 'auto';
  if (!adapterChoices.includes(value)) {
    throw new RangeError(`WEBGPU_ADAPTER: expected "auto", "hardware" or "swiftshader", got "${value}"`);
  }
  return value as AdapterChoice;
}

/** The adapters worth trying, in order. Linux without a GPU device has only the software one. */
export function adaptersToTry(
  choice: AdapterChoice,
  platform: NodeJS.Platform,
  exists: (path: string) => boolean,
): ('hardware' | 'swiftshader')[] {
  if (choice !== 'auto') return [choice];
  const devices = ['/dev/dri', '/dev/nvidiactl', '/dev/nvidia0', '/dev/dxg', '/dev/kfd'];
  if (platform === 'linux' && !devices.some(exists)) return ['swiftshader'];
  return ['hardware', 'swiftshader'];
}

/** Chromium's command line, on top of puppeteer's own (which already turns off sync, first-run pages and metrics). */
export function chromeFlags(
  adapter: 'hardware' | 'swiftshader',
  { platform, sandbox }: { platform: NodeJS.Platform; sandbox: boolean },
): string[] {
  const flags = [
    '--enable-unsafe-webgpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-domain-reliability',
    '--disable-sync',
    '--no-default-browser-check',
    '--no-first-run',
    '--no-pings',
    // Translate, OptimizationHints and MediaRouter are puppeteer's; it merges the lists.
    '--disable-features=AutofillServerCommunication,CertificateTransparencyComponentUpdater,DialMediaRouteProvider,InterestFeedContentSuggestions,NetworkTimeServiceQuerying',
    // Our pages are all local; whatever else the browser asks for stays unanswered.
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE [::1]',
  ];
  if (!sandbox) flags.push('--no-sandbox');
  if (adapter === 'swiftshader') {
    flags.push(
      '--use-webgpu-adapter=swiftshader',
      // Workgroup memory is cleared by a loop in the shader then. SwiftShader itself compiles one store for each of its words: a
      // pipeline with 8 KiB of it takes ten times as long.
      '--disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension',
    );
  } else if (platform === 'linux') {
    flags.push(
      '--enable-features=Vulkan',
      '--use-angle=vulkan',
      '--disable-vulkan-surface',
      '--ignore-gpu-blocklist',
    );
  }
  return flags;
}

/** Firefox's preferences: WebGPU on, and on software adapters too. */
export const firefoxPreferences: Readonly<Record<string, unknown>> = {
  'dom.webgpu.enabled': true,
  'dom.webgpu.workers.enabled': true,
  'gfx.webgpu.ignore-blocklist': true,
  'app.normandy.enabled': false,
  'app.update.disabledForTesting': true,
  'datareporting.healthreport.uploadEnabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'toolkit.telemetry.unified': false,
};
