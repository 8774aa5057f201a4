import { h } from '../dom';

/** A button that copies text, says so, and where the clipboard is closed selects `fallback` to copy by hand. */
export function copyButton(label: string, text: () => string, fallback?: HTMLElement): HTMLButtonElement {
  const button = h('button', { type: 'button', class: 'quiet' }, label);
  let restore = 0;
  button.addEventListener('click', async () => {
    const outcome = await copy(text(), fallback);
    button.textContent = outcome;
    clearTimeout(restore);
    restore = window.setTimeout(() => {
      button.textContent = label;
    }, 2000);
  });
  button.setAttribute('aria-live', 'polite');
  return button;
}

async function copy(text: string, fallback: HTMLElement | undefined): Promise<string> {
  try {
    await navigator.clipboard.writeText(text);
    return 'Copied';
  } catch {
    if (!fallback) return 'The browser refused';
    getSelection()?.selectAllChildren(fallback);
    return 'Selected: press Ctrl+C';
  }
}
