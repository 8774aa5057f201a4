import { h } from '../../dom';
import { type ProgressBox, progressBox } from '../../widgets/progress';

/** Where a figure's progress stands, once there is something to wait for, and what was cancelled can be begun again. */
export interface Working {
  readonly element: HTMLElement;
  begin(): void;
  show(done: number, text: string): void;
  end(): void;
  cancelled(): void;
}

/** Work that ends sooner is not worth a box that comes and goes. */
const patienceMs = 500;

export function createWorking(prefix: string, onCancel: () => void, onAgain: () => void): Working {
  const element = h('div', { class: 'see-working', hidden: true });
  let box: ProgressBox | undefined;
  let since = 0;
  const clear = (): void => {
    box = undefined;
    element.replaceChildren();
    element.hidden = true;
  };
  return {
    element,
    begin() {
      clear();
      since = performance.now();
    },
    show(done, text) {
      if (done >= 1 || performance.now() - since < patienceMs) return;
      if (!box) {
        box = progressBox(onCancel, `${prefix}-`);
        element.replaceChildren(box.element);
        element.hidden = false;
      }
      box.show(done, text);
    },
    end: clear,
    cancelled() {
      const hadFocus = element.contains(document.activeElement);
      const again = h('button', { type: 'button', class: 'quiet', id: `${prefix}-again` }, 'Compare them');
      again.addEventListener('click', () => onAgain());
      box = undefined;
      element.replaceChildren(h('p', {}, 'Cancelled: the positions chosen are not compared.'), again);
      element.hidden = false;
      if (hadFocus) again.focus({ preventScroll: true });
    },
  };
}
