/** The ArrayBuffers in a value, down to fields of its fields: what a worker hands over instead of copying. */
export function buffersIn(value: unknown, depth = 2): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  collect(value, depth, found);
  return [...found];
}

function collect(value: unknown, depth: number, found: Set<ArrayBuffer>): void {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) found.add(value.buffer);
  } else if (value instanceof ArrayBuffer) {
    found.add(value);
  } else if (typeof value === 'object' && value !== null && depth > 0) {
    for (const entry of Object.values(value)) collect(entry, depth - 1, found);
  }
}
