import { nodeResolve } from '@rollup/plugin-node-resolve';
import { rollup } from 'rollup';

const [, , dir] = process.argv;
const bundle = await rollup({ input: 'app/main.js', plugins: [nodeResolve()] });
await bundle.write({ dir, format: 'es' });
await bundle.close();
