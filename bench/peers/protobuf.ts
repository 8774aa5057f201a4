/** The little of the protobuf wire format that writing an ONNX model takes. */

/** A field: its number and its value. Strings and bytes are length-delimited, numbers varints, arrays messages. */
export type Field = readonly [
  number: number,
  value: number | string | Uint8Array | readonly Field[] | { readonly float32: number },
];

/** Encodes a message. Fields that repeat are listed again. */
export function message(fields: readonly Field[]): Uint8Array {
  return join(fields.map(([number, value]) => field(number, value)));
}

function field(number: number, value: Field[1]): Uint8Array {
  if (typeof value === 'number') return join([varint(number * 8), varint(value)]);
  if (typeof value === 'object' && 'float32' in value) {
    const bytes = new DataView(new ArrayBuffer(4));
    bytes.setFloat32(0, value.float32, true);
    return join([varint(number * 8 + 5), new Uint8Array(bytes.buffer)]);
  }
  const bytes =
    typeof value === 'string'
      ? new TextEncoder().encode(value)
      : value instanceof Uint8Array
        ? value
        : message(value);
  return join([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

/** Seven bits a byte, lowest first. */
function varint(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`varint: expected an integer >= 0, got ${value}`);
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Uint8Array.of(...bytes, rest);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
