/** Firefox and a Vulkan driver that computes on the CPU, from Debian's packages. Pure: what it asks of the machine comes in. */

/** What installing asks of the machine. */
export interface DebianMachine {
  platform: NodeJS.Platform;
  /** Of the process; undefined where there are none. */
  uid: number | undefined;
  exists: (path: string) => boolean;
  env: Readonly<Record<string, string | undefined>>;
}

export const firefoxPackages: readonly string[] = ['firefox-esr', 'mesa-vulkan-drivers', 'libvulkan1'];

/** The commands that install Firefox, or undefined where we may not, or the machine is none of Debian's. */
export function firefoxInstall({ platform, uid, exists, env }: DebianMachine): string[][] | undefined {
  // A browser that the user named is theirs to mend. Ubuntu's package is a stand-in for a snap.
  if (env.FIREFOX_PATH || env.FIREFOX_BIN) return undefined;
  if (platform !== 'linux' || uid !== 0) return undefined;
  if (!exists('/etc/debian_version') || !exists('/usr/bin/apt-get') || exists('/usr/bin/snap'))
    return undefined;
  return [
    ['apt-get', 'update'],
    ['apt-get', 'install', '--yes', '--no-install-recommends', ...firefoxPackages],
  ];
}
