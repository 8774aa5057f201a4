import { panels } from './panels';
import { isAbort } from './shell/errors';
import { createShell } from './shell/shell';

const shell = createShell(panels);

addEventListener('unhandledrejection', (event) => {
  // Work that its panel has ended is no trouble.
  if (isAbort(event.reason)) event.preventDefault();
  else shell.reportTrouble(event.reason);
});
addEventListener('error', ({ error, message }) => shell.reportTrouble(error ?? message));
shell.start();
