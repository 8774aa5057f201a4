// `npm run docs`: writes anew all that is generated in docs/, each part by its own script, scripts/docs-*.ts.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

// docs-pages.ts is what they share.
const scripts = readdirSync(import.meta.dirname).filter((file) => /^docs-(?!pages).*\.ts$/.test(file));
for (const name of scripts) {
  const start = performance.now();
  // With the arguments that make this Node run TypeScript.
  const script = [...process.execArgv, join(import.meta.dirname, name)];
  const { status } = spawnSync(process.execPath, script, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${name} ended with ${status}`);
  console.log(`${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
