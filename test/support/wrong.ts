import { expect } from 'vitest';

/** What a refused call throws. */
export interface Wrong {
  readonly error: typeof TypeError | typeof RangeError;
  /** The whole message or a part of it, or what it matches. */
  readonly message: string | RegExp;
}

export function expectThrow(body: () => unknown, { error, message }: Wrong): void {
  expect(body).toThrow(error);
  expect(body).toThrow(message);
}
