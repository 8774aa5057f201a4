import { rspack } from '@rspack/core';

const [, , path] = process.argv;
const compiler = rspack({
  mode: 'production',
  entry: './app/main.js',
  output: { path, filename: 'main.js' },
});
compiler.run((error, stats) => {
  const { errors = [], warnings = [] } = stats?.toJson() ?? {};
  const complaints = [error, ...errors, ...warnings].filter(Boolean);
  if (complaints.length > 0) throw new Error(complaints.map(({ message }) => message).join('\n'));
  compiler.close(() => {});
});
