/** Work that was ended on purpose. A worker's errors come by name: not only DOMExceptions are aborts. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
