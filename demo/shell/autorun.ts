/** What the page leaves in `window.webgpuRopeReport` for whoever opens it with `?autorun=1`: `npm start`, and the tests. */
export interface AutorunReport {
  readonly done: boolean;
  readonly ok: boolean;
  /** The report in plain text, or why there is none. */
  readonly text: string;
}

declare global {
  interface Window {
    webgpuRopeReport?: AutorunReport;
  }
}
