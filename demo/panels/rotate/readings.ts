import { h } from '../../dom';
import { integer, scientific } from '../../format';
import { type AdapterSummary, adapterText, type MissingGpu } from '../../shell/adapter';

/** A number that stands out, what it is, and a line about it. */
export interface Reading {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}

export interface Readings {
  readonly element: HTMLElement;
  show(readings: readonly Reading[]): void;
}

/** Numbers beside one another, each with its name. */
export function createReadings(id: string): Readings {
  const element = h('dl', { class: 'readings', id });
  return {
    element,
    show(readings) {
      element.replaceChildren(
        ...readings.map(({ name, value, note }) =>
          h(
            'div',
            {},
            h('dt', {}, name),
            h('dd', { class: 'value' }, value),
            h('dd', { class: 'note' }, note),
          ),
        ),
      );
    },
  };
}

/** Where the numbers were made, and how far that is from the reference. */
export function computedBy(
  adapter: AdapterSummary | MissingGpu,
  elements: number,
  difference: number | null,
): Reading {
  const amount = `${integer(elements)} elements`;
  if (difference === null || 'why' in adapter) {
    const why = 'why' in adapter ? 'there is no GPU' : 'no GPU can be used from here';
    return {
      name: 'Computed by',
      value: 'CPU',
      note: `${amount} by the float64 reference, rounded to float32: ${why}`,
    };
  }
  return {
    name: 'GPU against reference',
    value: scientific(difference, 2),
    note: `largest difference of ${amount} from the float64 reference, on ${adapterText(adapter)}; neighbouring float32 numbers near 1 are ${scientific(2 ** -23, 2)} apart`,
  };
}
