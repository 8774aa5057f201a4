import { checkInteger, outOfRange, wrongType } from '../errors';
import { type Architecture, architectureOf } from './gguf-architectures';
import { checkObject } from './scaling';

/** Metadata of one architecture, by what follows its name in a key. */
export class GgufMetadata {
  readonly architecture: string;
  /** What is known of it; undefined where the table has no such architecture. */
  readonly row: Architecture | undefined;
  readonly #values: Readonly<Record<string, unknown>>;

  /** @throws {TypeError} no header, or one that does not name its architecture */
  constructor(metadata: unknown) {
    this.#values = checkObject('metadata', metadata, 'the key-value pairs of a GGUF header');
    const architecture = this.#own('general.architecture');
    if (typeof architecture !== 'string') throw wrongType('general.architecture', 'a string', architecture);
    if (architecture.length > 99) {
      throw outOfRange('general.architecture', 'a name of at most 99 characters', architecture);
    }
    this.architecture = architecture;
    this.row = architectureOf(architecture);
  }

  /** A key as the file spells it. */
  name(key: string): string {
    return `${this.architecture}.${key}`;
  }

  /** The value of a key, a bigint as a number; undefined where there is none. */
  get(key: string): unknown {
    const value = this.#own(this.name(key));
    return typeof value === 'bigint' ? Number(value) : value;
  }

  /** An integer of at least 1, or undefined. */
  integer(key: string): number | undefined {
    const value = this.get(key);
    return value === undefined ? undefined : checkInteger(this.name(key), value, 1, Number.MAX_SAFE_INTEGER);
  }

  /** A list, bigints as numbers; undefined where the key is missing or holds one value for all layers. */
  list(key: string): unknown[] | undefined {
    const value = this.get(key);
    const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);
    if (!isList) return undefined;
    return Array.from(value as ArrayLike<unknown>, (entry) =>
      typeof entry === 'bigint' ? Number(entry) : entry,
    );
  }

  #own(key: string): unknown {
    return Object.hasOwn(this.#values, key) ? (this.#values[key] ?? undefined) : undefined;
  }
}
