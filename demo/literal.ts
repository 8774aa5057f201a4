/** A value as one would write it in JavaScript: bare keys, single quotes, a key a line; long lists eight entries a line. */
export function literal(value: unknown, indent = ''): string {
  if (typeof value === 'string') return `'${value.replace(/[\\']/g, '\\$&')}'`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const entries = value.map((entry) => literal(entry, inner));
    if (entries.length <= 8) return `[${entries.join(', ')}]`;
    const lines: string[] = [];
    for (let at = 0; at < entries.length; at += 8) {
      lines.push(`${inner}${entries.slice(at, at + 8).join(', ')},\n`);
    }
    return `[\n${lines.join('')}${indent}]`;
  }
  const lines = Object.entries(value).map(([key, entry]) => {
    const name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
    return `${inner}${name}: ${literal(entry, inner)},\n`;
  });
  return `{\n${lines.join('')}${indent}}`;
}
