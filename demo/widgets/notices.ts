import { isAbort, messageOf } from '../shell/errors';
import { type GpuUse, gpuUse } from '../shell/gpu-use';
import type { PanelContext } from '../shell/panel';
import { failure, notice, unknownNotice } from './notice';

/** What stands above a panel: what is so for good, and below it what failed last. */
export interface Notices {
  /** What went wrong, until {@link clearFailure}. An abort is no failure. */
  fail(title: string, text: string, error: unknown): void;
  /** Nothing is wrong any more. */
  clearFailure(): void;
  /** The GPU for the panel's tasks; giving it up is said here. */
  readonly gpu: GpuUse;
  /** From now on nothing is shown. */
  close(): void;
}

/**
 * The notices of a panel: what the address asks for and is not here, a missing GPU, a GPU that failed.
 *
 * @param problems What could not be used of the address.
 * @param withoutGpu What the panel does without a GPU, in a sentence; left out where it needs none.
 */
export function panelNotices(
  context: PanelContext,
  problems: readonly string[],
  withoutGpu?: string,
): Notices {
  const lasting: HTMLElement[] = problems.length > 0 ? [unknownNotice(problems)] : [];
  let failed: HTMLElement | undefined;
  let closed = false;
  const show = (): void => {
    if (!closed) context.notify(...lasting, ...(failed ? [failed] : []));
  };
  const gpu = gpuUse(context.adapter, (error) => {
    lasting.push(failure('The GPU could not be used', 'The CPU goes on in its place.', messageOf(error)));
    show();
  });
  show();
  if (withoutGpu !== undefined) {
    void context.adapter.then((adapter) => {
      if (!('why' in adapter)) return;
      lasting.push(notice(adapter.why, `${adapter.remedy} ${withoutGpu}`));
      show();
    });
  }
  return {
    gpu,
    fail(title, text, error) {
      if (isAbort(error)) return;
      failed = failure(title, text, messageOf(error));
      show();
    },
    clearFailure() {
      if (!failed) return;
      failed = undefined;
      show();
    },
    close() {
      closed = true;
    },
  };
}
