import { h } from '../../../dom';
import { copyButton } from '../../../widgets/copy';
import type { Choice } from '../choice';
import type { Model } from '../model';
import { snippetOf } from '../snippet';

/** The API calls for the choice at hand, with a button to copy them. */
export function createSnippetView(root: HTMLElement): (model: Model, choice: Choice) => void {
  const code = h('code');
  const block = h('pre', { tabindex: 0, 'aria-label': 'Code' }, code);
  root.append(
    block,
    copyButton('Copy code', () => code.textContent ?? '', code),
  );
  return (model, choice) => {
    code.textContent = snippetOf(model, choice);
  };
}
