import { h, svg } from '../../../dom';
import { integer, milliseconds, percent, rate, scientific, significant } from '../../../format';
import { copyButton } from '../../../widgets/copy';
import { downloadJson } from '../../../widgets/download';
import { blindSpot, type Choice, describeChoice } from '../choice';
import { reportJson } from '../report/json';
import { reportText } from '../report/text';
import type { RunResult, Timing } from '../run/types';

/** A finished run: verdict, readings, clock, and the result to take away. Which adapter it was stands beside Run. */
export function resultView(result: RunResult): HTMLElement {
  const { adapter, timing } = result;
  const save = h('button', { type: 'button', class: 'quiet' }, 'Download JSON');
  const { preset, tokens, dtype, start } = result.choice;
  save.addEventListener('click', () =>
    downloadJson(`webgpu-rope-${preset}-${tokens}-${dtype}-${start}.json`, reportJson(result)),
  );
  return h(
    'article',
    { class: 'result', 'aria-label': 'Result', tabindex: -1 },
    h('p', { class: 'about' }, describeChoice(result.choice)),
    verdict(result),
    readings(result),
    adapter.software && timing ? h('p', { class: 'note mind' }, softwareNote) : undefined,
    adapterFacts(result),
    h(
      'div',
      { class: 'actions' },
      save,
      copyButton('Copy report', () => reportText(result)),
    ),
  );
}

const softwareNote =
  'This adapter computes on the CPU. Its errors are as good as any; its times say nothing about a GPU.';

function verdict({ check, choice, elements }: RunResult): HTMLElement {
  const path = check.ok ? 'M5 12.5l4.5 4.5L19 7.5' : 'M6.5 6.5l11 11M17.5 6.5l-11 11';
  const mark = svg('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, svg('path', { d: path }));
  const unseen = blindSpot(choice);
  const passed = unseen ? 'Unchanged, as it should be' : 'Every element correct';
  const text = check.ok
    ? `All ${integer(elements)} compared with float64, one by one: each within the error allowed for ${choice.dtype}.`
    : `${check.failure}. Nothing was timed.`;
  return h(
    'div',
    { class: check.ok ? 'verdict' : 'verdict failed' },
    mark,
    h('h3', {}, check.ok ? passed : 'Not every element correct'),
    h('p', { class: 'note' }, text),
    unseen ? h('p', { class: 'note' }, `${unseen} A later position is a real check.`) : undefined,
  );
}

/** Rotated values reach √2, so rounding one may cost half an ulp of it. */
const errorNotes: Record<Choice['dtype'], string> = {
  f32: 'for inputs between −1 and 1',
  f16: `for inputs between −1 and 1; rounding to f16 alone costs up to ${scientific(2 ** -11, 2)}`,
  bf16: `for inputs between −1 and 1; rounding to bf16 alone costs up to ${scientific(2 ** -8, 2)}`,
};

/** What the numerics contract allows, in words and without its smaller terms. */
const allowanceNotes: Record<Choice['dtype'], string> = {
  f32: `at the worst element; allowed is ${scientific(5e-7, 1)} of the larger number of its pair`,
  f16: 'at the worst element; allowed is one step between f16 numbers, and rounding alone takes up to half',
  bf16: 'at the worst element; allowed is one step between bf16 numbers, and rounding alone takes up to half',
};

function readings({ check, choice, timing }: RunResult): HTMLElement {
  const share = Number.isFinite(check.worst) ? percent(check.worst) : 'over 100\u202f%';
  return h(
    'dl',
    { class: 'readings' },
    reading('Largest error', scientific(check.maxError, 2), errorNotes[choice.dtype]),
    reading('Allowed error used', share, allowanceNotes[choice.dtype], check.worst),
    ...(timing ? timingReadings(timing) : []),
  );
}

function timingReadings(timing: Timing): HTMLElement[] {
  const { medianMs, p20Ms, p80Ms, gbPerSecond, ceilingShare, rounds } = timing;
  const spread = `p20 ${significant(unit(p20Ms, medianMs))}, p80 ${significant(unit(p80Ms, medianMs))}`;
  return [
    reading('Median time', milliseconds(medianMs), `${spread}, ${rounds} rounds`),
    reading(
      'Attainable speed reached',
      percent(ceilingShare),
      'attainable: only multiplying the same bytes in place, the least work there is',
      ceilingShare,
    ),
    reading('Throughput', rate(gbPerSecond), 'rotated bytes, read and written'),
    reading(
      'Time of that multiply',
      milliseconds(timing.ceiling.medianMs),
      'in the shape that is quickest here',
    ),
  ];
}

/** A time in the unit that `milliseconds` gives its neighbour. */
function unit(ms: number, neighbourMs: number): number {
  return neighbourMs < 0.1 ? ms * 1000 : ms;
}

/** A number, what it is, and where it is a share a bar of it. */
function reading(name: string, value: string, note: string, share?: number): HTMLElement {
  const bar =
    share === undefined
      ? undefined
      : h(
          'div',
          { class: 'gauge', 'aria-hidden': 'true' },
          h('i', { style: `width: ${Math.min(100, Math.max(0, share * 100 || 0)).toFixed(1)}%` }),
        );
  return h(
    'div',
    {},
    h('dt', {}, name),
    h('dd', {}, h('div', { class: 'value' }, value), bar, h('div', { class: 'note' }, note)),
  );
}

function adapterFacts({ adapter, timing }: RunResult): HTMLElement {
  const rows: [string, string][] = [
    ['Vendor', adapter.vendor || 'not told'],
    ['Architecture', adapter.architecture || 'not told'],
    ['Description', [adapter.device, adapter.description].filter(Boolean).join(', ') || 'not told'],
    ['Kind', adapter.software ? 'software: it computes on the CPU' : 'hardware'],
  ];
  if (timing)
    rows.push([
      'Clock',
      `${timing.clock.kind === 'wall' ? 'wall clock' : 'GPU timestamps'}: ${timing.clock.reason}`,
    ]);
  return h(
    'details',
    {},
    h('summary', {}, 'Adapter and clock'),
    h('dl', { class: 'facts' }, ...rows.flatMap(([name, text]) => [h('dt', {}, name), h('dd', {}, text)])),
  );
}
