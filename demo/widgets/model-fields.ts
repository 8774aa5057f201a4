/** Fields for what a model says of its angles, the same in every panel. */
import { thetaText } from '../format';
import { type Field, selectField } from './fields';
import { type Slider, type SliderOptions, slider } from './slider';

/** Theta, the base of the frequencies. */
export function thetaSlider(options: Omit<SliderOptions, 'label' | 'scale' | 'format'>): Slider {
  return slider({ label: 'Theta', scale: 'log10', format: thetaText, ...options });
}

/** The rotary dimension, out of a few, each with its number of pairs. */
export function dimField(
  id: string,
  dims: readonly number[],
  value: number,
  onChange: (dim: number) => void,
): Field<string> {
  return selectField({
    id,
    label: 'Rotary dimension d',
    options: dims.map((dim) => ({ value: String(dim), label: `${dim}: ${dim / 2} pairs` })),
    value: String(value),
    onChange: (dim) => onChange(Number(dim)),
  });
}
