/**
 * Calls `draw` once a frame at most: when asked, and again when the element's width or the colour scheme changes. Nothing
 * has to be ended: what watches the element goes with it.
 *
 * @param draw Gets the element's inner width in CSS pixels; not called while the element has none.
 * @returns Asks for a drawing in the next frame.
 */
export function redraw(element: HTMLElement, draw: (width: number) => void): () => void {
  let isAsked = false;
  let drawn = 0;
  const widthOf = (): number => Math.floor(element.clientWidth);
  const request = (): void => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      const width = widthOf();
      if (width <= 0) return;
      drawn = width;
      draw(width);
    });
  };
  const observer = new ResizeObserver(() => {
    if (widthOf() !== drawn) request();
  });
  observer.observe(element);
  element.classList.add(redrawn);
  element.addEventListener(schemeChange, request);
  watchScheme();
  return request;
}

/** Marks what is redrawn for another scheme. */
const redrawn = 'redrawn';
const schemeChange = 'schemechange';
let isWatching = false;

/** One listener for all: the scheme outlives the page's panels, and must not keep drawings that are gone. */
function watchScheme(): void {
  if (isWatching) return;
  isWatching = true;
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    for (const element of document.querySelectorAll(`.${redrawn}`)) {
      element.dispatchEvent(new Event(schemeChange));
    }
  });
}
