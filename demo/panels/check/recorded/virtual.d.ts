declare module 'virtual:recorded' {
  import type { RecordedRun } from './extract';
  export const recorded: readonly RecordedRun[];
}
