import { build } from 'vite';

const [, , outDir] = process.argv;
await build({ root: 'app', configFile: false, logLevel: 'warn', build: { outDir, emptyOutDir: true } });
