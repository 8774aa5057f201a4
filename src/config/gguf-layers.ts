import { checkInteger, outOfRange, show, wrongType } from '../errors';
import type { GgufMetadata } from './gguf-metadata';
import { MAX_LAYERS } from './hf-layer-types';

/** One layer of a GGUF: its type, by the names of transformers, and whether its Q and K are rotated at all. */
export interface GgufLayer {
  readonly type: string;
  readonly rotated: boolean;
}

const FULL = 'full_attention';
const SLIDING = 'sliding_attention';
const RECURRENT = 'linear_attention';

/** DeepSeek V4's ratios of compression, and the layer types they stand for. */
const COMPRESSED = new Map([
  [0, SLIDING],
  [4, 'compressed_sparse_attention'],
  [128, 'heavily_compressed_attention'],
]);

/** How many layers the file has, or undefined where it does not say. */
export function layerCount(metadata: GgufMetadata): number | undefined {
  const count = metadata.integer('block_count');
  if (count === undefined) return undefined;
  checkInteger(metadata.name('block_count'), count, 1, { most: MAX_LAYERS, unit: ' (layers)' });
  const spare = metadata.get('nextn_predict_layers');
  const kept = typeof spare === 'number' && Number.isInteger(spare) && spare > 0 ? count - spare : count;
  return kept > 0 ? kept : count;
}

/**
 * Refuses a model that llama.cpp does not rotate.
 *
 * @throws {TypeError} naming the key that says so
 */
export function checkRotated(metadata: GgufMetadata): void {
  const { row, architecture } = metadata;
  if (row?.pairing === 'none') {
    throw new TypeError(`general.architecture: expected one with rotary positions, got "${architecture}"`);
  }
  const finetuned = metadata.get('rope.scaling.finetuned');
  if (row?.hasFinetuned && finetuned === false) {
    const name = metadata.name('rope.scaling.finetuned');
    throw new TypeError(`${name}: expected true, as ${architecture} is not rotated otherwise, got false`);
  }
  const count = metadata.integer('block_count');
  if (row?.rotatesAt !== undefined && count !== undefined && count !== row.rotatesAt) {
    const name = metadata.name('block_count');
    throw new TypeError(
      `${name}: expected ${row.rotatesAt}, as ${architecture} of other sizes has ALiBi, got ${count}`,
    );
  }
}

/** Every layer. A header that does not say how many there are is read as 24: every period of the table divides that. */
export function layersOf(metadata: GgufMetadata): GgufLayer[] {
  const count = layerCount(metadata) ?? 24;
  const recurrent = recurrentLayers(metadata, count);
  const types = layerTypes(metadata, count);
  const windowed = hasWindows(metadata);
  return types.map((type, i) => {
    if (recurrent[i]) return { type: RECURRENT, rotated: false };
    const isFullRotated = !windowed || (metadata.row?.isFullRotated ?? true);
    return { type, rotated: hasPositions(metadata, i) && (type !== FULL || isFullRotated) };
  });
}

/** Whether some layers have a window, so that they may rotate by a rule of their own. */
export function hasWindows(metadata: GgufMetadata): boolean {
  const { row } = metadata;
  const width = metadata.get('attention.sliding_window');
  if (row?.windowsAt !== undefined && layerCount(metadata) !== row.windowsAt) return false;
  if (width === 0) return false;
  return width !== undefined
    ? row?.window !== undefined || row === undefined
    : (row?.window?.isAlways ?? false);
}

/** Which layers go without positions by their number. */
function hasPositions(metadata: GgufMetadata, index: number): boolean {
  const rule = metadata.row?.noRope;
  // Without windows these two rotate every layer; SmolLM3 has none at all.
  if (!rule || (metadata.row?.window && !hasWindows(metadata))) return true;
  return (rule.isFirst ? index : index + 1) % rule.period !== 0;
}

function layerTypes(metadata: GgufMetadata, count: number): string[] {
  if (metadata.row?.isCompressed) return compressedTypes(metadata, count);
  if (!hasWindows(metadata)) return Array<string>(count).fill(FULL);
  const key = 'attention.sliding_window_pattern';
  const listed = metadata.list(key);
  if (listed) {
    if (listed.length < count) throw wrongType(metadata.name(key), `an array of ${count} entries`, listed);
    return listed.slice(0, count).map((entry) => (entry === true || entry === 1 ? SLIDING : FULL));
  }
  const { period: usual = 1, isFullFirst = false } = metadata.row?.window ?? {};
  const period = metadata.integer(key) ?? usual;
  return Array.from({ length: count }, (_, i) =>
    i % period === (isFullFirst ? 0 : period - 1) ? FULL : SLIDING,
  );
}

function compressedTypes(metadata: GgufMetadata, count: number): string[] {
  const key = 'attention.compress_ratios';
  const ratios = metadata.list(key) ?? Array<unknown>(count).fill(0);
  if (ratios.length < count) throw wrongType(metadata.name(key), `an array of ${count} entries`, ratios);
  return ratios.slice(0, count).map((ratio, i) => {
    const type = COMPRESSED.get(ratio as number);
    if (type === undefined) throw outOfRange(`${metadata.name(key)}[${i}]`, '0, 4 or 128', ratio);
    return type;
  });
}

/** Layers without attention: those without key-value heads, those that a list names, or all but every n-th. */
function recurrentLayers(metadata: GgufMetadata, count: number): boolean[] {
  const listed = metadata.list('attention.recurrent_layers');
  if (listed) return Array.from({ length: count }, (_, i) => listed[i] === true || listed[i] === 1);
  const every = metadata.row?.attentionEvery;
  if (every !== undefined) {
    const period = metadata.integer('full_attention_interval') ?? every;
    return Array.from({ length: count }, (_, i) => (i + 1) % period !== 0);
  }
  const heads = [metadata.list('attention.head_count'), metadata.list('attention.head_count_kv')];
  return Array.from({ length: count }, (_, i) => heads.some((list) => list !== undefined && list[i] === 0));
}

/** A layer type the caller asks for. */
export function checkLayerType(layerType: unknown, known: readonly string[]): string {
  const choices = [...new Set([FULL, SLIDING, ...known])];
  if (typeof layerType === 'string' && choices.includes(layerType)) return layerType;
  const expected = choices.map((choice) => show(choice)).join(' or ');
  throw typeof layerType === 'string'
    ? outOfRange('layerType', expected, layerType)
    : wrongType('layerType', expected, layerType);
}
