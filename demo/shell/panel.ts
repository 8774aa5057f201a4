import type { AdapterSummary, MissingGpu } from './adapter';

/** What the shell lends to an open panel. */
export interface PanelContext {
  /** The query as it was when the panel opened, without `panel`. */
  readonly query: URLSearchParams;
  /**
   * Puts the panel's whole state into the address, in place of the state before; undefined leaves a key out. May be
   * called at every input event: browsers limit how often an address may change, so the newest state is written a few
   * times a second, and at the latest when the panel closes. Does nothing once the panel is closed.
   */
  setQuery(state: Readonly<Record<string, string | undefined>>): void;
  /** The GPU at hand, or why there is none. Asked once a page, at the first read; never rejects. */
  readonly adapter: Promise<AdapterSummary | MissingGpu>;
  /** Shows notices above the panel, in place of those before. They go when the panel closes. */
  notify(...notices: readonly HTMLElement[]): void;
  /** Says text to screen readers, politely. */
  announce(text: string): void;
}

/** An open panel. */
export interface Panel {
  /** Ends its work: workers, timers, listeners on window. The shell takes its elements away. */
  close(): void;
}

/**
 * Fills `host`, which is empty, and returns at once: what takes long comes later, from a worker. The heading (h1) and
 * the lead are the shell's; the panel's own headings begin at h2.
 */
export type OpenPanel = (host: HTMLElement, context: PanelContext) => Panel;

/** A panel in the list of them, before its code is loaded. */
export interface PanelEntry {
  /** In the address: `?panel=see`. */
  readonly id: string;
  /** On its tab: one word. */
  readonly tab: string;
  /** Its heading, and with " · webgpu-rope" the title of the document. */
  readonly title: string;
  /** One or two sentences of plain language below the heading. */
  readonly lead: string;
  /** The panel's chunk. */
  readonly load: () => Promise<{ readonly open: OpenPanel }>;
}
