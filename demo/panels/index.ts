import type { PanelEntry } from '../shell/panel';

/** The tabs, in order. The first opens where the address names none. Each panel's code is a chunk of its own. */
export const panels: readonly PanelEntry[] = [
  {
    id: 'see',
    tab: 'See',
    title: 'See a position encoding',
    lead: 'Attention sees a set of tokens, not a line of them: a position encoding tells each token where it stands. Here is every encoding as a picture, computed on your machine: what each position looks like, how alike two positions are, and what that means for a model.',
    load: () => import('./see/panel'),
  },
  {
    id: 'digits',
    tab: 'Digits',
    title: 'Positions as digits and clock hands',
    lead: 'A position is a number, and an encoding writes its digits. RoPE’s pairs are digits too, each turning like the hand of a clock; and the kernel’s own table is two digits of a large base. Move the position and watch.',
    load: () => import('./digits/panel'),
  },
  {
    id: 'extend',
    tab: 'Extend',
    title: 'Run past the trained length',
    lead: 'A model meets only so many tokens in training; on a longer text RoPE’s slow pairs turn to angles that it never saw. Each scheme that extends a context changes the frequencies in another way: see which angles it reaches, and what it gives up for that.',
    load: () => import('./extend/panel'),
  },
  {
    id: 'rotate',
    tab: 'Rotate',
    title: 'Rotate two tokens',
    lead: 'RoPE turns query and key by their positions, and attention multiplies the two. Move both tokens and their score q·k stays; move them apart and it changes: the score knows how far apart they are, and not where. The same holds for the rows and columns of an image.',
    load: () => import('./rotate/panel'),
  },
  {
    id: 'tell',
    tab: 'Tell',
    title: 'A model that tells a story',
    lead: 'A small model tells a story on your GPU, and each word is shaded by how much the newest one looks at it. Positions are in its keys: drop the oldest of them, turn the rest back or forget to, or port the model with the wrong pairs, and see what becomes of the text.',
    load: () => import('./tell/panel'),
  },
  {
    id: 'precision',
    tab: 'Precision',
    title: 'How precise an angle is',
    lead: 'RoPE turns by position times frequency, and far positions make large angles, which few ways to compute get right. Here your GPU’s own sin and cos, PyTorch’s recipe and this package’s tables are held against float64, and against what f16 and bf16 round away.',
    load: () => import('./precision/panel'),
  },
  {
    id: 'check',
    tab: 'Check',
    title: 'Rotate and check on your GPU',
    lead: 'One kernel rotates Q and K in place at a real model’s size; this page runs it here, checks every element against a float64 reference, and times it.',
    load: () => import('./check/panel'),
  },
];
