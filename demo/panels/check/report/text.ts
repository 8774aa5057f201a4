import { presetBySlug } from '../../../../bench/presets';
import { bytes, integer, milliseconds, percent, plain, rate, scientific } from '../../../format';
import { blindSpot } from '../choice';
import { modelOf, tensorBytes } from '../model';
import type { RunResult } from '../run/types';
import { facts } from '../view/model';

/** A run as lines for a terminal or a bug report. */
export function reportText(result: RunResult): string {
  const { choice, adapter, check, timing, elements } = result;
  const model = modelOf(choice.preset);
  const fact = new Map(facts(model, choice));
  const tokens = choice.tokens === 1 ? '1 token' : `${choice.tokens} tokens`;
  const rows: [string, string][] = [
    ['model', `${presetBySlug(choice.preset).name}: ${fact.get('Heads')}, ${fact.get('headDim')} a head`],
    ['rotary', `${fact.get('rotaryDim')}; ${fact.get('pairing')}; theta ${fact.get('theta')}`],
    ['scaling', fact.get('scaling') ?? ''],
    ['assumed', fact.get('Assumed') ?? ''],
    [
      'run',
      `${tokens} from position ${integer(choice.start)}, ${choice.dtype}, ${bytes(tensorBytes(model, choice))} of Q and K`,
    ],
    ['adapter', adapterLine(result)],
    ['browser', result.browser],
    [
      'check',
      `${check.ok ? 'PASS: every element within' : 'FAIL: not every element within'} the error allowed, ` +
        `${percent(check.worst)} of it used at worst; ${integer(elements)} elements compared with float64`,
    ],
    ['error', `${scientific(check.maxError, 2)} at most, for inputs in (-1, 1)`],
  ];
  const unseen = blindSpot(choice);
  if (unseen) rows.push(['mind', unseen]);
  if (check.failure) rows.push(['failure', check.failure]);
  if (timing) {
    rows.push(
      [
        'time',
        `${milliseconds(timing.medianMs)} [${milliseconds(timing.p20Ms)}, ${milliseconds(timing.p80Ms)}] ` +
          `(median [p20, p80] of ${timing.rounds} rounds)`,
      ],
      [
        'rate',
        `${rate(timing.gbPerSecond)}, ${percent(timing.ceilingShare)} of an in-place multiply over the same bytes`,
      ],
      ['clock', `${timing.clock.kind}: ${timing.clock.reason}`],
    );
    if (adapter.software)
      rows.push(['note', 'a software adapter computes on the CPU: its times say nothing about a GPU']);
  }
  const lines = rows.map(([name, text]) => `${name.padEnd(9)}${text}`);
  return plain(['webgpu-rope: Q and K rotated in place, checked against float64', ...lines, ''].join('\n'));
}

function adapterLine({ adapter }: RunResult): string {
  const more = [adapter.device, adapter.description].filter(
    (word) => word !== '' && !adapter.name.includes(word),
  );
  const kind = adapter.software ? ' (software adapter)' : '';
  return [adapter.name + kind, ...more].join(', ');
}
