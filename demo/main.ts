import { panels } from './panels';
import { createShell } from './shell/shell';

const shell = createShell(panels);

/** Work that its panel has ended is no trouble. */
function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

addEventListener('unhandledrejection', (event) => {
  if (isAbort(event.reason)) event.preventDefault();
  else shell.reportTrouble(event.reason);
});
addEventListener('error', ({ error, message }) => shell.reportTrouble(error ?? message));
shell.start();
