/** What is known of an adapter, as far as the browser tells. */
export type AdapterWords = Partial<
  Pick<GPUAdapterInfo, 'vendor' | 'architecture' | 'device' | 'description' | 'isFallbackAdapter'>
>;

/** "nvidia ampere", "google swiftshader": an adapter by its own words. */
export function nameOfAdapter({ vendor, architecture, device, description }: AdapterWords = {}): string {
  const words = [vendor, architecture || device].filter(Boolean).join(' ');
  return words || description || 'an adapter without a name';
}

/**
 * Whether an adapter computes on the CPU: its times say nothing about a GPU. Browsers do not mark all of them as fallback
 * adapters, so names that such drivers go by count too.
 */
export function isSoftware(info: AdapterWords = {}): boolean {
  const { vendor, architecture, device, description, isFallbackAdapter } = info;
  const words = [vendor, architecture, device, description].join(' ');
  return (
    isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|software|basic render|\bwarp\b/i.test(words)
  );
}
