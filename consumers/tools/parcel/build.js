import { Parcel } from '@parcel/core';

const [, , distDir, entries = 'app/index.html'] = process.argv;
await new Parcel({
  entries,
  defaultConfig: '@parcel/config-default',
  mode: 'production',
  shouldDisableCache: true,
  defaultTargetOptions: { distDir, publicUrl: './', shouldScopeHoist: true, sourceMaps: false },
}).run();
