import { h } from '../../dom';
import { debouncedAnnouncer } from '../../shell/announcer';
import type { OpenPanel } from '../../shell/panel';
import { createWork } from '../../shell/work';
import { panelFrame } from '../../widgets/frame';
import { panelNotices } from '../../widgets/notices';
import { createControls } from './controls';
import { createImageView, imageIntro } from './image-view';
import { createPick } from './pick';
import './rotate.css';
import { queryOfState, type State, stateFromQuery } from './state';
import type { RotateTasks } from './tasks';
import { createTextView } from './text-view';
import { tokensOf } from './tokens';

const withoutGpu = 'Until then the CPU reference rotates in place of the kernel.';

/** Two tokens of a text, or the cells of an image: rotated, multiplied, and moved about. */
export const open: OpenPanel = (host, context) => {
  const { state: initial, problems } = stateFromQuery(context.query);
  let state = initial;
  let closed = false;
  const notices = panelNotices(context, problems, withoutGpu);
  const announcer = debouncedAnnouncer(context.announce);
  const work = createWork<RotateTasks>('rotate');
  const controls = createControls(state, change);
  const pick = createPick({
    text: (text) => change({ text }),
    token: (role, place) => change(role === 'query' ? { query: place } : { key: place }),
  });
  const text = createTextView(pick);
  const image = createImageView((row, column) => change({ row, column }));
  const intro = { text: textIntro(), image: imageIntro() };
  host.append(
    panelFrame({
      controls: controls.elements,
      main: controls.moving,
      figures: [...text.figures, ...image.figures],
      pictures: [text.picture, image.picture],
      notes: [intro.text, intro.image, h('p', { class: 'note' }, sources)],
    }),
  );

  function change(next: Partial<State>): void {
    state = settled(state, next);
    show();
  }

  function show(): void {
    const shown = state;
    context.setQuery(queryOfState(shown));
    controls.set(shown);
    pick.set(shown);
    const isText = shown.mode === 'text';
    text.prepare(shown);
    image.prepare(shown);
    intro.text.hidden = !isText;
    intro.image.hidden = isText;
    notices.clearFailure();
    compute(shown).catch((error: unknown) =>
      notices.fail('The rotation failed', 'Change a control to try again.', error),
    );
  }

  /** Draws a state once it is computed, unless a newer one overtook it. */
  async function compute(shown: State): Promise<void> {
    const adapter = await context.adapter;
    if (closed) return;
    let words: string;
    if (shown.mode === 'text') {
      const scores = await notices.gpu.run((gpu) => work.latest('text', { state: shown, gpu }));
      if (!scores || closed) return;
      words = text.draw(shown, scores, adapter);
    } else {
      const scores = await notices.gpu.run((gpu) => work.latest('image', { state: shown, gpu }));
      if (!scores || closed) return;
      words = image.draw(shown, scores, adapter);
    }
    // Drawn, but not the newest: that one is still on its way.
    if (shown !== state) (shown.mode === 'text' ? text : image).prepare(state);
    announcer.announce(words);
  }

  show();
  return {
    close() {
      closed = true;
      notices.close();
      announcer.stop();
      work.close();
    },
  };
};

/** A state after a change: what the change makes impossible moves to the nearest that is possible. */
function settled(state: State, next: Partial<State>): State {
  const merged = { ...state, ...next };
  const last = tokensOf(merged.text).length - 1;
  const isOtherPair = 'query' in next || 'key' in next || 'text' in next;
  return {
    ...merged,
    query: Math.min(merged.query, last),
    key: Math.min(merged.key, last),
    distance: isOtherPair || merged.distance === null ? null : Math.min(merged.distance, merged.range),
    row: Math.min(merged.row, merged.height - 1),
    column: Math.min(merged.column, merged.width - 1),
  };
}

function textIntro(): HTMLElement {
  return h(
    'p',
    {},
    'A model learns the vectors of its words; here a random generator seeded by the word makes them, so that equal words have equal vectors. ',
    'The slider says how much of the query is in the key.',
  );
}

const sources =
  'RoPE: Su et al., arXiv:2104.09864. Sinusoidal rows: Vaswani et al., arXiv:1706.03762. Axial RoPE for images: Heo et al., arXiv:2403.13298. ' +
  'More in docs/pairing.md and docs/positions.md.';
