/** Contrast as WCAG 2.2 counts it, of colours and of what a page paints. */
import type { Page } from 'puppeteer';

/** Contrast ratio of two colours, each `#rrggbb` or `rgb(r, g, b)`. */
export function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Relative luminance, 0 for black to 1 for white. */
export function luminance(color: string): number {
  const [red, green, blue] = channels(color).map((value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  ) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Red, green and blue, 0 to 1. */
function channels(color: string): number[] {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/.exec(color);
  if (hex) return hex.slice(1).map((digits) => Number.parseInt(digits, 16) / 255);
  const rgb = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(color);
  if (rgb) return rgb.slice(1).map((value) => Number(value) / 255);
  const srgb = /^color\(srgb ([\d.]+) ([\d.]+) ([\d.]+)\)$/.exec(color);
  if (srgb) return srgb.slice(1).map(Number);
  throw new Error(`expected an opaque colour, got ${color}`);
}

/** A text, its colour and what it stands on. */
export interface PaintedText {
  readonly text: string;
  readonly front: string;
  readonly back: string;
  /** 24 px and more. */
  readonly large: boolean;
}

/** All text that the page shows, details opened, transitions over. */
export async function paintedTexts(page: Page): Promise<PaintedText[]> {
  return (await page.evaluate(`(async () => {
    for (const details of document.querySelectorAll('details')) details.open = true;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (texts.nextNode()) {
      const text = texts.currentNode.data.trim();
      const element = texts.currentNode.parentElement;
      if (text === '' || !element.checkVisibility() || element.closest('script, noscript, .hidden, .skip')) continue;
      let behind = element;
      const clear = 'rgba(0, 0, 0, 0)';
      while (behind.parentElement && getComputedStyle(behind).backgroundColor === clear) behind = behind.parentElement;
      const { color, fontSize } = getComputedStyle(element);
      const back = getComputedStyle(behind).backgroundColor;
      found.push({ text, front: color, back, large: parseFloat(fontSize) >= 24 });
    }
    return found;
  })()`)) as PaintedText[];
}
