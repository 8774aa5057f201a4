/** Calls `draw` once a frame at most, and again when the element's width or the colour scheme changes. */
export interface Redraw {
  /** Asks for a drawing in the next frame. */
  request(): void;
  /** Nothing is drawn any more. */
  stop(): void;
}

/** @param draw Gets the element's inner width in CSS pixels; not called while the element has none. */
export function redraw(element: HTMLElement, draw: (width: number) => void): Redraw {
  let frame = 0;
  let drawn = 0;
  const widthOf = (): number => Math.floor(element.clientWidth);
  const request = (): void => {
    if (frame !== 0) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      const width = widthOf();
      if (width <= 0) return;
      drawn = width;
      draw(width);
    });
  };
  // Watched while the element is on the page: an observer of an element that is gone goes with it.
  const observer = new ResizeObserver(() => {
    if (widthOf() !== drawn) request();
  });
  observer.observe(element);
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  // The scheme outlives the page's panels; a drawing that is gone must not be kept by it.
  const onScheme = (): void => {
    if (element.isConnected) request();
    else scheme.removeEventListener('change', onScheme);
  };
  scheme.addEventListener('change', onScheme);
  return {
    request,
    stop() {
      cancelAnimationFrame(frame);
      observer.disconnect();
      scheme.removeEventListener('change', onScheme);
    },
  };
}
