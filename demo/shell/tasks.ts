/** What a task may use besides its request. */
export interface TaskContext {
  /**
   * A device of the visitor's GPU, made once a worker and shared by its tasks: leave it alive. Null where there is no
   * WebGPU, or none in workers. What the device refuses, and its loss, end the task with an error.
   */
  device(): Promise<GPUDevice | null>;
  /** Part done, 0 to 1, and what is going on: "comparing row 300 of 4096". */
  progress(done: number, text: string): void;
}

/**
 * Work off the main thread. The request is copied to the worker; of the result the ArrayBuffers (its own, one level
 * down or two) are handed over, so that a task must not keep what it returns.
 */
export type Task<Request, Result> = (request: Request, context: TaskContext) => Promise<Result> | Result;

/** The tasks of a panel, by name. */
export type TaskMap = Readonly<Record<string, (request: never, context: TaskContext) => unknown>>;

export type RequestOf<T> = T extends (request: infer Request, ...rest: never[]) => unknown ? Request : never;
export type ResultOf<T> = T extends (...args: never[]) => infer Result ? Awaited<Result> : never;

/** What the page says to the worker. */
export interface Order {
  readonly id: number;
  readonly module: string;
  readonly task: string;
  readonly request: unknown;
}

/** What the worker says to the page. */
export type Answer =
  | { readonly id: number; readonly kind: 'progress'; readonly done: number; readonly text: string }
  | { readonly id: number; readonly kind: 'result'; readonly result: unknown }
  | { readonly id: number; readonly kind: 'error'; readonly name: string; readonly message: string };
